"""Questions about intab's own API, answered with short code."""
from __future__ import annotations

from random import Random

from common.split import allowed

from .phrase import Turn, ask


def _js(code: str) -> str:
    return f"```js\n{code}\n```"


_LOAD = "import { pipeline } from 'intab';\n\nconst chat = await pipeline('text-generation', '{m}');"
_M = "const messages = [{ role: 'user', content: 'Hi' }];\n"

# (name, question patterns, answer). {m} model id, {n} whole number, {t} decimal, {s} stop string, {q} a message.
INTENTS: list[tuple[str, list[str], str]] = [
    ("what", ["what is intab?", "[what does intab do|explain intab|describe intab|tell me about intab|what's intab|intab]?", "what is this library?", "what can intab do?", "what is intab for?"],
     "intab runs Llama-family language models from the Hugging Face Hub inside a browser tab, on WebGPU: no server and no conversion step. Its API looks like transformers.js."),
    ("install", ["how [do i|can i|to] install intab?", "install intab", "[what is|what's] the install command [for intab|]?", "how do i add intab to my project?", "npm install?", "how do i get intab?", "which npm package [do i need|is it]?", "how do i set up intab?"],
     "```sh\nnpm install intab\n```"),
    ("import", ["how do i import [intab|pipeline|the pipeline]?", "[what|which] import do i need?", "import statement for intab?", "how do i import the library?"], _js("import { pipeline } from 'intab';")),
    ("start", ["how do i [use|start with|get started with|start using] intab?", "[show|give] me [an|a small|a minimal|a short] [example|code example] [of intab|with intab|for intab|]", "[minimal|simple|basic|quick] [example|chat example|intab example]?", "how do i [make|build|write] a chat [bot|app|page|] with intab?",
               "getting started[ with intab|]?", "how does intab work in code?", "[hello world|quick start|quickstart|example] for intab", "how do i chat with a model[ in intab|]?", "show me [some|the|intab] code", "how do i use the pipeline?"],
     _js(_LOAD.replace("{m}", "models/intab-chat") + "\nconst out = await chat([{ role: 'user', content: 'Hi' }], { max_new_tokens: 64 });\nconsole.log(out[0].generated_text.at(-1).content);")),
    ("load", ["how [do|can] i load [a model|the model|a pipeline|the chat model|models]?", "load a model[ with intab|]", "how do i create a pipeline?", "[create|make|build] a [text generation|text-generation|] pipeline", "code to load a model", "how do i open a model?", "how do i make a text-generation pipeline?"],
     _js(_LOAD.replace("{m}", "models/intab-chat"))),
    ("load-id", ["how do i load [the model|] {m}?", "load [the model|] {m}", "how do i use [the model|] {m}[ with intab| in intab|]?", "[code to|how to] load {m}", "make a pipeline [for|with] {m}", "can i use {m}?"], _js(_LOAD)),
    ("ask", ["how do i [send|pass] [a message|messages|a prompt|a question] [to the model|]?", "how do i get [an answer|a reply|a response|the reply|the answer|the text] [from the model|]?", "how do i generate text?", "how do i ask the model [a question|something]?", "how do i call the [model|pipeline|chat]?", "generate text with intab", "how do i read the [answer|reply|output]?", "where is the reply [text|] in the output?"],
     _js("const out = await chat([{ role: 'user', content: 'Hi' }], { max_new_tokens: 64 });\nconsole.log(out[0].generated_text.at(-1).content);")),
    ("stream", ["how [do|can] i stream [tokens|text|the answer|the reply|the output|a reply|]?", "[streaming|stream tokens|stream the answer|stream text]?", "how do i show [the text|the reply|tokens|words] [while|as] [it is|they are|it's] [generated|written]?", "does intab [support streaming|stream]?", "[example of streaming|streaming example|streaming code]?", "how do i get tokens one by one?", "can i stream [the output|tokens|]?", "how do i print the answer word by word?"],
     _js("for await (const text of chat.stream(messages)) {\n  output.textContent += text;\n}")),
    ("stop", ["how [do|can] i [stop|abort|cancel|interrupt|halt] [generation|the generation|the model|it|a reply|generating|the stream]?", "[abort|cancel|stop] [generation|a reply|generating]", "how do i use an AbortController?", "can i [cancel|stop|abort] [a reply|generation]?", "how do i make a stop button?", "what is the signal option?", "how do i stop the model while it is [writing|talking|running]?"],
     "Pass the `signal` of an `AbortController`:\n" + _js("const controller = new AbortController();\nstopButton.onclick = () => controller.abort();\nawait chat(messages, { signal: controller.signal });")),
    ("length", ["how do i limit the [length|size] [of the answer|of the reply|of the output|]?", "how do i [set|limit|change] [max_new_tokens|the number of tokens|the maximum length|max tokens|the token limit]?", "[what is|what does] max_new_tokens[ do|]?", "how do i make [answers|replies] [shorter|longer]?"],
     "`max_new_tokens` limits the length of the reply:\n" + _js("await chat(messages, { max_new_tokens: 64 });")),
    ("length-n", ["how do i [limit|set|restrict] [the reply|the answer|the output|generation|it] to {n} tokens?", "generate [at most|up to|only] {n} tokens", "set max_new_tokens to {n}", "[i want|give me] at most {n} tokens", "how do i get {n} tokens?"], _js("await chat(messages, { max_new_tokens: {n} });")),
    ("temperature", ["how do i [set|change|use|pass] the [temperature|sampling temperature]?", "[what is|what does] [the|] temperature[ do|]?", "how do i make [answers|it|the model] more [random|creative|varied]?", "temperature option?", "how do i set sampling temperature?"],
     "Turn sampling on and set `temperature`; higher is more random:\n" + _js("await chat(messages, { do_sample: true, temperature: 0.7 });")),
    ("temperature-t", ["[how do i|] set [the|] temperature to {t}[?|]", "use [a|] temperature [of|] {t}", "temperature {t}", "how do i use temperature {t}?", "sample with temperature {t}"], _js("await chat(messages, { do_sample: true, temperature: {t} });")),
    ("sampling", ["how [do|can] i [use|enable|turn on|configure] sampling?", "[what|which] sampling [options|parameters|settings] [are there|exist|does intab have|can i use]?", "sampling options?", "how do i sample?", "[what is|what does] do_sample[ do|]?", "which generation options are there?"],
     "Set `do_sample: true`; the options are `temperature`, `top_k`, `top_p`, `min_p`, `repetition_penalty` and `seed`:\n" + _js("await chat(messages, { do_sample: true, temperature: 0.7, top_p: 0.9 });")),
    ("topk", ["how do i [use|set] top_k?", "[what is|what does] top_k[ do|]?", "how do i use top-k sampling?", "top_k option?"], "`top_k` keeps only the k most likely tokens:\n" + _js("await chat(messages, { do_sample: true, top_k: 40 });")),
    ("topp", ["how do i [use|set] top_p?", "[what is|what does] top_p[ do|]?", "how do i use [nucleus|top-p] sampling?", "top_p option?"], "`top_p` keeps the most likely tokens whose probabilities add up to p:\n" + _js("await chat(messages, { do_sample: true, top_p: 0.9 });")),
    ("minp", ["how do i [use|set] min_p?", "[what is|what does] min_p[ do|]?", "min_p option?", "how do i use min-p sampling?"], "`min_p` drops tokens less likely than p times the most likely one:\n" + _js("await chat(messages, { do_sample: true, min_p: 0.05 });")),
    ("penalty", ["how do i make [the answers|answers|the model's answers|it|the model] less repetitive?", "how do i [avoid|stop|reduce|prevent] [repetition|repeating|repeats|repeated text]?", "how do i [set|use] [the repetition penalty|repetition_penalty|a repetition penalty]?", "[what is|what does] repetition_penalty[ do|]?", "the model repeats itself", "the answer repeats[, what can i do|]?"],
     "Use `repetition_penalty`, a little above 1:\n" + _js("await chat(messages, { repetition_penalty: 1.1 });")),
    ("seed", ["how do i [set|use|pass] [a|the] [random|] seed?", "how do i [get|make] [reproducible|repeatable|the same|deterministic] [results|answers|output|sampling]?", "[what is|what does] [the|] seed[ do|]?", "seed option?", "can i make sampling reproducible?"],
     "Set `seed`; the same seed gives the same reply:\n" + _js("await chat(messages, { do_sample: true, seed: 42 });")),
    ("seed-n", ["[how do i|] set the seed to {n}[?|]", "use seed {n}", "sample with seed {n}"], _js("await chat(messages, { do_sample: true, seed: {n} });")),
    ("greedy", ["how do i use greedy [decoding|search]?", "how do i turn off sampling?", "how do i disable sampling?", "[what is|how do i get] greedy decoding?", "how do i always get the most likely token?"], "Leave sampling off:\n" + _js("await chat(messages, { do_sample: false });")),
    ("stopstr", ["how do i [use|set|add] [stop strings|a stop string|stop words|stop sequences|a stop sequence]?", "[what is|what are|what does] stop_strings[ do|]?", "how do i stop [at a|after a|on a] [word|string|line|blank line]?", "stop strings?", "can i [stop|end] generation at a [string|word]?"],
     "Use `stop_strings`:\n" + _js("await chat(messages, { stop_strings: ['\\n\\n'] });")),
    ("dtype", ["how do i [set|choose|change|pick|use] [the|a] [dtype|precision|data type]?", "[what is|what does] [the|] dtype[ do|]?", "[how do i|can i] [use|run|load] [f16|fp16|half precision|float16|16 bit floats]?", "dtype option?", "how do i save [gpu|] memory?"],
     "Set `dtype` when you load the model:\n" + _js("const chat = await pipeline('text-generation', 'models/intab-chat', { dtype: 'f16' });")),
    ("f32", ["how do i [use|run|load] [f32|fp32|full precision|float32]?", "[can i|how can i] [use|run with] [f32|float32|full precision]?"], _js("const chat = await pipeline('text-generation', 'models/intab-chat', { dtype: 'f32' });")),
    ("progress", ["how do i [show|see|display|get|follow|track] [the|] [download|loading|] progress?", "[how do i make a|] [progress bar|loading bar|download bar][?|]", "[what is|what does|how do i use] [the|] progress_callback[ do|]?", "how do i know how much is downloaded?", "can i see the loading progress?"],
     "Pass a `progress_callback`:\n" + _js("const chat = await pipeline('text-generation', 'models/intab-chat', {\n  progress_callback: (info) => console.log(info),\n});")),
    ("tokenizer", ["how do i [load|use|get|create] [a|the] tokenizer?", "how do i [tokenize|encode] [text|a text|a string|a prompt]?", "tokenizer example?", "[what is|how do i use] AutoTokenizer?", "load a tokenizer", "how do i count tokens?", "how do i turn text into [tokens|ids|token ids]?"],
     _js("import { AutoTokenizer } from 'intab';\n\nconst tokenizer = await AutoTokenizer.from_pretrained('models/intab-chat');\nconst { input_ids } = tokenizer('Hello');")),
    ("model", ["how do i [use|load] AutoModelForCausalLM?", "[what is|how do i use] AutoModelForCausalLM?", "how do i load [just|only] the model[ without a pipeline|]?", "how do i load a model without [a|the] pipeline?"],
     _js("import { AutoModelForCausalLM } from 'intab';\n\nconst model = await AutoModelForCausalLM.from_pretrained('models/intab-chat', { dtype: 'f32' });")),
    ("logits", ["how do i get [the|] logits?", "how do i [run|do|call] [a|the|] forward [pass|]?", "how do i call [the model directly|model.forward]?", "[can i get|where are] the logits?", "get logits", "[what does|how do i use] model.forward[ do|]?"],
     _js("const { logits } = await model.forward({ input_ids });")),
    ("from", ["where do models come from?", "can i [use|load] [a model from the hub|models from the hub|hugging face models|a hub model|a model from hugging face]?", "how do i load a model from [the hub|hugging face|the hugging face hub]?", "[what|which] model [ids|sources] [can i use|are allowed]?", "how do i load [a model from a url|a model from my server|my own model|a local model|my model]?", "can i host the model myself?", "how do i use [a|my|another] model from [hugging face|the hub|the hugging face hub]?", "how do i use my own [model|fine-tune|checkpoint]?", "how do i use [another|a different] model?"],
     "A model is a Hub id or the URL of a folder:\n" + _js("await pipeline('text-generation', 'owner/model');\nawait pipeline('text-generation', 'https://example.com/my-model');")),
    ("dispose", ["how do i [free|release|clean up] [the model|memory|gpu memory|the gpu|the pipeline|it]?", "how do i [dispose|unload|close|remove|delete] [the|a] [model|pipeline|chat]?", "[what does|what is] dispose[ do|]?", "how do i unload [a|the] model?", "free gpu memory", "dispose?"],
     _js("await chat.dispose();")),
    ("browser", ["[what|which] browser [do i need|does it need|is needed|works|should i use|does intab support]?", "[what|which] browsers [are supported|work|does intab run in]?", "does [it|intab] [work|run] in [chrome|firefox|safari|edge|my browser]?", "what [are the requirements|do i need to run intab|does intab need]?", "do i need [webgpu|a gpu|a graphics card]?", "does intab need [webgpu|a gpu]?", "requirements?", "system requirements for intab?"],
     "You need a browser with **WebGPU**."),
    ("private", ["[does|do] [my|the] data [leave|get sent from] [the tab|my computer|the browser|my machine]?", "is [it|this|intab|my data] private?", "[is|are] my [data|messages|chats|words|prompts] [sent|uploaded] [to a server|anywhere|somewhere]?", "do you send my [data|messages] [to a server|anywhere]?", "does [it|intab|this] need a server?", "[what about|how about] privacy?", "who can read [this|my messages|this chat]?", "where do you run?", "where does [the model|intab|this] run?", "do you run [locally|in my browser|in the browser|on my computer|offline|on a server|in the cloud]?", "is my data safe?"],
     "Everything runs inside this browser tab; nothing you type leaves it."),
    ("models", ["[what|which] models [does intab support|are supported|work|can i use|can it run|does intab run|can i run]?", "[what|which] [architectures|model families|families] [does intab support|are supported]?", "does intab [support|run] [llama|llama models]?", "which model types work?", "supported models?"],
     "intab runs models of the **Llama** family."),
    ("system", ["how do i [set|use|add|pass|give] a system [prompt|message]?", "[can i|how can i] [set|use] a system [prompt|message]?", "system prompt?", "where does the system prompt go?"],
     "Put it first:\n" + _js("const messages = [\n  { role: 'system', content: 'You are a helpful assistant.' },\n  { role: 'user', content: 'Hi' },\n];\nawait chat(messages);")),
    ("multi", ["how do i [continue|keep up|go on with|have] a [conversation|chat|dialogue]?", "how do i [send|add] a [second|follow-up|next] message?", "how do i keep [the history|the conversation|context|the chat history]?", "how do i [do|make] [a|] multi-turn [chat|chats|conversation]?", "does [it|the pipeline|intab] remember [messages|the conversation]?"],
     "Send the whole conversation again with your next message:\n" + _js("const messages = out[0].generated_text;\nmessages.push({ role: 'user', content: 'And then?' });\nconst next = await chat(messages);")),
    ("size", ["how [big|large] are you?", "how many parameters do you have?", "how many [weights|parameters] [do you have|does this model have|are in this model]?", "what size is this model?", "how [big|large] is [this|the|your] model?", "what model are you?", "which model [are you|is this|am i talking to]?", "what kind of model are you?"],
     "I'm intab-chat, a Llama with about 5.5 million parameters: very small for a language model."),
    ("license", ["[what is|what's] [the|your|intab's] license[ of intab|]?", "which license does intab [have|use]?", "is intab [free|open source]?", "can i use intab [for free|commercially|in my product]?"], "The weights of intab-chat are under the **MIT** license."),
]

_OWNERS = "acme meta my-org labs team-a user research open alpha northwind me studio data-co".split()
_MODELS = "tiny-llama llama-3-1b chat-small story-llama my-model llama-mini base-7m demo-chat smol-llama poet-1b helper-3b test-model".split()


def turn(rng: Random, split: str) -> Turn:
    while True:
        name, patterns, answer = rng.choice(INTENTS)
        slots = {"m": rng.choice(["models/intab-chat", f"{rng.choice(_OWNERS)}/{rng.choice(_MODELS)}", f"models/{rng.choice(_MODELS)}"]), "n": str(rng.randrange(1, 1000)), "t": rng.choice([f"{rng.randrange(0, 2)}.{rng.randrange(1, 10)}", f"0.{rng.randrange(1, 100):02d}"])}
        text, phrasing = ask(rng, patterns, **slots)
        used = [slots[k] for k in slots if "{" + k + "}" in phrasing]
        key = f"api:{name}:{phrasing}:{used}"
        # few phrasings exist: hold out the noisy message, not only its phrasing
        if allowed(split, key if used else f"api:{text}"):
            for slot, value in slots.items():
                answer = answer.replace("{" + slot + "}", value)
            return Turn("intab's API", text, answer, key if used else f"api:{text}")
