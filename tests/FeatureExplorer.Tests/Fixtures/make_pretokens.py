"""Writes pretokens.json: random texts cut by the pre-token rule as a regular expression (the `regex` module), to check the hand-written splitter."""

import json
import random

import regex

SPACE = r"\p{White_Space}"
RULE = regex.compile(
    rf"'(?:[sdmt]|ll|ve|re)| ?[\p{{L}}\p{{M}}]+| ?\p{{N}}+| ?[^{SPACE}\p{{L}}\p{{M}}\p{{N}}]+|[\r\n]+"
    rf"|(?:(?![\r\n]){SPACE})+(?![^{SPACE}])|(?:(?![\r\n]){SPACE})+"
)
PARTS = [
    " ", " ", " ", "  ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u3000", "\u2028", "\v",
    "a", "the", "Don", "'t", "'s", "'ll", "'ve", "'re", "'d", "'m", "'S", "'", "''", "l", "v",
    "1", "42", "٣", "Ⅷ", "½", ".", ",", "--", "(", "€", "=>", "_", "\x00", "\x7f", "\x1c",
    "é", "e\u0301", "שָׁלוֹם", "العربية", "हिन्दी", "한국어", "漢字", "Ω", "ß", "ǅ", "ʰ",
    "𝒳𝒴", "𐍈", "𠀀", "😀", "👩\u200d🚀", "\u200d", "\ue000", "𝟙", "\U000e0100",
]
CASES = ["", " ", "  ", "Hello world", "we'll  see\n\n  x", "\t\tx", " \tx", "a  \n b", "x'st 'st", " 's", "12ab34 5", "end  "]

random.seed(5)
texts = CASES + ["".join(random.choice(PARTS) for _ in range(random.randint(1, 14))) for _ in range(600)]
rows = []
for text in texts:
    pieces = RULE.findall(text)
    assert "".join(pieces) == text, text
    rows.append(pieces)
with open("pretokens.json", "w", encoding="utf-8") as file:
    json.dump(rows, file, ensure_ascii=True, separators=(",", ":"))
    file.write("\n")
