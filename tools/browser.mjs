// Finds a Chromium-family browser, or installs one, and decides between the real GPU and Chromium's software adapter.
// Environment: INTAB_BROWSER=path names the browser, INTAB_GPU=software|hardware decides the adapter.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright';

const SOFTWARE_ARGS = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  // Zeros in workgroup memory by a loop in the shader. The driver writes a store for each word, which takes seconds to compile.
  '--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension',
];
const HARDWARE_ARGS = ['--enable-unsafe-webgpu', ...(process.platform === 'linux' ? ['--enable-features=Vulkan'] : [])];
const QUIET_ARGS = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Paths where Chrome, Chromium or Edge is usually installed on this platform. */
function installedCandidates() {
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'microsoft-edge'];
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((dir) => names.map((name) => join(dir, name)));
  if (process.platform === 'darwin') {
    const apps = ['Google Chrome', 'Chromium', 'Microsoft Edge'];
    return [...apps.map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`), ...onPath];
  }
  if (process.platform === 'win32') {
    const roots = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA];
    const tails = ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'];
    return roots.flatMap((dir) => (dir ? tails.map((tail) => join(dir, tail)) : []));
  }
  return onPath;
}

/** Runs a command, showing its output only where it fails. Returns whether it succeeded. */
function succeeds(/** @type {string} */ command, /** @type {string[]} */ args, timeoutMs = 300_000) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync(command, args, { env, encoding: 'utf8', timeout: timeoutMs });
  return result.status === 0;
}

/** Installs a browser through Playwright or, where that cannot download, the system's package manager. */
function install() {
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
  if (succeeds(npx, ['playwright', 'install', 'chromium'], 180_000) && existsSync(chromium.executablePath())) {
    return { path: chromium.executablePath(), how: "installed by Playwright's installer" };
  }
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  /** @type {[string, string[][]][]} */
  const managers = [
    [
      'apt-get',
      [
        ['apt-get', 'update'],
        ['apt-get', 'install', '-y', '--no-install-recommends', 'chromium'],
      ],
    ],
    ['dnf', [['dnf', 'install', '-y', 'chromium']]],
    ['apk', [['apk', 'add', 'chromium']]],
    ['pacman', [['pacman', '-S', '--noconfirm', 'chromium']]],
    ['zypper', [['zypper', '-n', 'install', 'chromium']]],
  ];
  for (const [manager, commands] of managers) {
    if (!succeeds('which', [manager])) continue;
    for (const command of commands) {
      const [program, ...args] = [...sudo, ...command];
      if (program) succeeds(program, args, 600_000);
    }
    const found = installedCandidates().find(isExecutable);
    if (found) return { path: found, how: `installed by ${manager}` };
  }
  return undefined;
}

/**
 * Where the browser is and how it was found.
 * @returns {{ path: string, how: string }}
 */
export function findBrowser() {
  const named = process.env.INTAB_BROWSER;
  if (named) {
    if (!isExecutable(named)) throw new Error(`INTAB_BROWSER=${named} cannot be executed. Give the path of a browser.`);
    return { path: named, how: 'named by INTAB_BROWSER' };
  }
  const installed = installedCandidates().find(isExecutable);
  if (installed) return { path: installed, how: 'already installed' };
  const bundled = chromium.executablePath();
  if (existsSync(bundled)) return { path: bundled, how: "Playwright's own" };
  console.log('browser: none found, installing Chromium (this can take some minutes)');
  const fresh = install();
  if (fresh) return fresh;
  throw new Error(
    'No Chrome, Chromium or Edge was found and none could be installed. Install one, or set INTAB_BROWSER to its path.',
  );
}

function linuxHasGpuDevice() {
  const has = (/** @type {string} */ dir, /** @type {RegExp} */ pattern) =>
    existsSync(dir) && readdirSync(dir).some((name) => pattern.test(name));
  return has('/dev', /^nvidia\d/) || has('/dev/dri', /^renderD/);
}

/** Asks a real browser whether these arguments give a hardware adapter. */
async function hasHardwareAdapter(/** @type {string} */ executablePath, /** @type {string[]} */ args) {
  const browser = await chromium.launch({ executablePath, args }).catch(() => undefined);
  if (!browser) return false;
  try {
    const page = await browser.newPage();
    await page.goto('chrome://version').catch(() => undefined);
    return await page.evaluate(async () => {
      for (let attempt = 0; attempt < 3; attempt++) {
        const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
        if (adapter) return !adapter.info.isFallbackAdapter && adapter.info.architecture !== 'swiftshader';
      }
      return false;
    });
  } catch {
    return false;
  } finally {
    await browser.close();
  }
}

/** @type {Promise<{ executablePath: string, args: string[], software: boolean }> | undefined} */
let launching;

/**
 * The browser and the arguments that give it WebGPU here; prints one line saying what was chosen.
 * @returns {Promise<{ executablePath: string, args: string[], software: boolean }>}
 */
export function browserLaunch() {
  launching ??= decideLaunch();
  return launching;
}

async function decideLaunch() {
  const { path, how } = findBrowser();
  const sandbox = process.getuid?.() === 0 || process.env.CI ? ['--no-sandbox'] : [];
  const common = [...QUIET_ARGS, ...sandbox];
  const wanted = process.env.INTAB_GPU;
  const worthAsking = wanted !== 'software' && (process.platform !== 'linux' || linuxHasGpuDevice());
  const hardware =
    wanted === 'hardware' || (worthAsking && (await hasHardwareAdapter(path, [...common, ...HARDWARE_ARGS])));
  const adapter = hardware ? 'the GPU' : "Chromium's software adapter (no usable GPU here: correct, but slow)";
  if (process.env.INTAB_BROWSER_QUIET === undefined) console.log(`browser: ${path} (${how}), WebGPU on ${adapter}`);
  process.env.INTAB_BROWSER_QUIET = '1';
  return {
    executablePath: path,
    args: [...common, ...(hardware ? HARDWARE_ARGS : SOFTWARE_ARGS)],
    software: !hardware,
  };
}
