#!/usr/bin/env python3
"""Makes libLibTorchSharp.so load where libstdc++ is older than that of GCC 13.

The library asks for the version GLIBCXX_3.4.32 because of one symbol, std::ios_base_library_init(), which <iostream> of
GCC 13 names for the linker alone: no relocation refers to it, so nothing ever looks it up. With the need marked as weak
(VER_FLG_WEAK in its .gnu.version_r entry) the loader accepts an older libstdc++. This script checks both claims first
and changes two bytes, in place.

    torch-compat.py FILE
"""
import struct
import sys

VERSION, SYMBOL = b"GLIBCXX_3.4.32", b"_ZSt21ios_base_library_initv"
RELA, DYNSYM, VERNEED, VERSYM = 4, 11, 0x6FFFFFFE, 0x6FFFFFFF
WEAK = 2


class Elf:
    """The section table of a 64-bit little-endian ELF file, and strings by offset."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            sys.exit("This is not a 64-bit little-endian ELF file.")
        self.data = data
        table = struct.unpack_from("<Q", data, 0x28)[0]
        size, count = struct.unpack_from("<HH", data, 0x3A)
        self.sections = []
        for i in range(count):
            _, kind, _, _, offset, length, link, _, _, _ = struct.unpack_from("<IIQQQQIIQQ", data, table + i * size)
            self.sections.append((kind, offset, length, link))

    def first(self, kind):
        return next(s for s in self.sections if s[0] == kind)

    def string(self, start):
        return bytes(self.data[start:self.data.index(0, start)])


def needs(elf):
    """Each version that the file asks for: its place in the file, its name, its number."""
    _, at, _, link = elf.first(VERNEED)
    strings = elf.sections[link][1]
    while True:
        _, count, _, first, following = struct.unpack_from("<HHIII", elf.data, at)
        entry = at + first
        for _ in range(count):
            _, _, number, name, after = struct.unpack_from("<IHHII", elf.data, entry)
            yield entry, elf.string(strings + name), number
            entry += after
        if not following:
            return
        at += following


def check_unused(elf, number):
    """Stops unless the version belongs to the one symbol alone, and no relocation names it."""
    _, symbols, length, link = elf.first(DYNSYM)
    strings, versions = elf.sections[link][1], elf.first(VERSYM)[1]
    users = [i for i in range(length // 24) if struct.unpack_from("<H", elf.data, versions + 2 * i)[0] & 0x7FFF == number]
    names = {elf.string(strings + struct.unpack_from("<I", elf.data, symbols + 24 * i)[0]) for i in users}
    if names != {SYMBOL}:
        sys.exit(f"{VERSION.decode()} is needed for {sorted(names)}: this file does need the libstdc++ of GCC 13.")
    for kind, offset, size, _ in elf.sections:
        if kind == RELA and any(struct.unpack_from("<Q", elf.data, at + 8)[0] >> 32 in users for at in range(offset, offset + size, 24)):
            sys.exit(f"{SYMBOL.decode()} is called: this file does need the libstdc++ of GCC 13.")


def main():
    path = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)
    with open(path, "rb") as file:
        elf = Elf(bytearray(file.read()))
    for entry, name, number in needs(elf):
        if name == VERSION:
            check_unused(elf, number)
            flags = struct.unpack_from("<H", elf.data, entry + 4)[0]
            struct.pack_into("<H", elf.data, entry + 4, flags | WEAK)
            with open(path, "wb") as file:
                file.write(elf.data)
            print(f"{path}: {VERSION.decode()} is marked as weak.")
            return
    print(f"{path}: nothing to change.")


if __name__ == "__main__":
    main()
