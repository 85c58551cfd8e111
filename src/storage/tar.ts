// The tar format (POSIX ustar), as far as a folder of plain files needs it: an archive is a header of 512 bytes and the bytes of each file,
// filled up to whole blocks, and two empty blocks at the end. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html

export const TAR_BLOCK_BYTES = 512;
const NAME = { at: 0, length: 100 };
const SIZE = { at: 124, length: 12 };
const CHECKSUM = { at: 148, length: 8 };
const TYPE_AT = 156;
const MAGIC_AT = 257;
/** The largest size that eleven octal digits hold. */
const MAX_OCTAL = 8 ** 11 - 1;

/**
 * The header of a file; undefined when its name is too long for one.
 * Sizes from 8 GiB on are written in binary, as GNU tar does.
 */
export function tarHeader(name: string, sizeBytes: number): Uint8Array<ArrayBuffer> | undefined {
  const header = new Uint8Array(TAR_BLOCK_BYTES);
  const encoder = new TextEncoder();
  const write = (at: number, text: string) => header.set(encoder.encode(text), at);
  const octal = (value: number, digits: number) => value.toString(8).padStart(digits, '0');
  if (encoder.encode(name).length > NAME.length) return undefined;
  write(NAME.at, name);
  write(100, `${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`);
  if (sizeBytes <= MAX_OCTAL) write(SIZE.at, `${octal(sizeBytes, 11)}\0`);
  else {
    header[SIZE.at] = 0x80;
    new DataView(header.buffer).setBigUint64(SIZE.at + 4, BigInt(sizeBytes));
  }
  write(136, `${octal(0, 11)}\0`);
  write(TYPE_AT, '0');
  write(MAGIC_AT, 'ustar\x0000');
  write(CHECKSUM.at, `${octal(checksumOf(header), 6)}\0 `);
  return header;
}

/** Bytes between the end of a file and the next header. */
export function tarPadding(sizeBytes: number): number {
  return (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

/** What a header says; undefined for anything but the header of a plain file. */
export function readTarHeader(header: Uint8Array<ArrayBuffer>): { name: string; sizeBytes: number } | undefined {
  const read = ({ at, length }: { at: number; length: number }) =>
    new TextDecoder().decode(header.subarray(at, at + length)).replace(/[\0 ].*$/s, '');
  if (header.length < TAR_BLOCK_BYTES || Number.parseInt(read(CHECKSUM), 8) !== checksumOf(header)) return undefined;
  if (header[TYPE_AT] !== 0x30) return undefined;
  const isBinary = header[SIZE.at] === 0x80;
  const sizeBytes = isBinary
    ? Number(new DataView(header.buffer, header.byteOffset).getBigUint64(SIZE.at + 4))
    : Number.parseInt(read(SIZE), 8);
  const name = new TextDecoder().decode(header.subarray(NAME.at, NAME.at + NAME.length)).replace(/\0.*$/s, '');
  return { name, sizeBytes };
}

/** The sum of a header's bytes, its checksum taken as spaces. */
function checksumOf(header: Uint8Array): number {
  return header.reduce((sum, byte, at) => {
    const isChecksum = at >= CHECKSUM.at && at < CHECKSUM.at + CHECKSUM.length;
    return sum + (isChecksum ? 0x20 : byte);
  }, 0);
}
