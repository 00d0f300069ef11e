// Encodes texts with Hugging Face's own JavaScript: node encode.mjs TEXTS OUTPUT NAME=FOLDER ...
// TEXTS is a JSON list of texts as base64 of their bytes; a folder has tokenizer.json, or encoder.json and vocab.bpe. OUTPUT gets, as JSON, the lists of ids by name.
import { readFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '@huggingface/tokenizers';

const [input, output, ...named] = process.argv.slice(2);
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const texts = JSON.parse(readFileSync(input, 'utf8')).map((text) => decoder.decode(Buffer.from(text, 'base64')));
const gpt2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

function read(folder) {
  const file = join(folder, 'tokenizer.json');
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const vocab = JSON.parse(readFileSync(join(folder, 'encoder.json'), 'utf8'));
  const merges = readFileSync(join(folder, 'vocab.bpe'), 'utf8').split('\n').slice(1).filter((line) => line.length > 0);
  // The cut as a "Split": as part of "ByteLevel" it is JavaScript's own \s, which is another set.
  const split = { type: 'Split', pattern: { Regex: gpt2 }, behavior: 'Isolated', invert: false };
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    added_tokens: [{ id: vocab['<|endoftext|>'], content: '<|endoftext|>', normalized: false, special: true }],
    normalizer: null, pre_tokenizer: { type: 'Sequence', pretokenizers: [split, bytes] }, post_processor: null, decoder: bytes,
    model: { type: 'BPE', vocab, merges },
  };
}

const result = {};
for (const [name, folder] of named.map((entry) => entry.split('='))) {
  const tokenizer = new Tokenizer(read(folder), {});
  result[name] = texts.map((text) => tokenizer.encode(text, { add_special_tokens: false }).ids);
}

writeFileSync(output, JSON.stringify(result));
