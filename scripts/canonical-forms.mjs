// Writes the table by which text is brought into Unicode's composed form (NFC), from what this Node.js knows of Unicode:
// node scripts/canonical-forms.mjs > src/FeatureExplorer.Engine/Text/Tokenizer/Imported/canonical-forms.txt
// Lines: "= COMPOSED FIRST SECOND" composes and decomposes, "- CHARACTER PART ..." only decomposes, "~ CLASS FIRST LAST" gives the combining class
// of characters. Classes are numbered 1, 2, 3 ... in their order: only the order counts. Hangul syllables follow a formula and are left out.
const text = (code) => String.fromCodePoint(code);
const codes = (string) => [...string].map((c) => c.codePointAt(0));
const hex = (list) => list.map((code) => code.toString(16).toUpperCase().padStart(4, '0')).join(' ');
const all = [];
for (let code = 0; code < 0x110000; code++) {
  if ((code < 0xD800 || code > 0xDFFF) && (code < 0xAC00 || code > 0xD7A3)) all.push(code);
}

const lines = [`# Unicode ${process.versions.unicode}`];
const decomposed = new Set();
for (const code of all) {
  const parts = codes(text(code).normalize('NFD'));
  if (parts.length === 1 && parts[0] === code) continue;
  decomposed.add(code);
  const first = codes(parts.slice(0, -1).map(text).join('').normalize('NFC'));
  if (text(code).normalize('NFC') === text(code) && first.length === 1) lines.push(`= ${hex([code, first[0], parts.at(-1)])}`);
  else lines.push(`- ${hex([code, ...parts])}`);
}

// Of two marks after a letter the one of the lower class comes first; marks of class 0 stay where they are.
const goesBefore = (a, b) => a !== b && ('x' + text(b) + text(a)).normalize('NFD') === 'x' + text(a) + text(b);
const [lowest, highest] = [0x334, 0x345];
const marks = all.filter((code) => !decomposed.has(code) && (code === lowest || code === highest || goesBefore(lowest, code) || goesBefore(code, highest)));
marks.sort((a, b) => (goesBefore(a, b) ? -1 : goesBefore(b, a) ? 1 : a - b));
let rank = 0;
for (let i = 0; i < marks.length;) {
  if (i === 0 || goesBefore(marks[i - 1], marks[i])) rank++;
  let last = i;
  while (last + 1 < marks.length && marks[last + 1] === marks[last] + 1 && !goesBefore(marks[last], marks[last + 1])) last++;
  lines.push(`~ ${rank} ${hex([marks[i], marks[last]])}`);
  i = last + 1;
}

console.log(lines.join('\n'));
