using System.Collections.Frozen;

namespace FeatureExplorer.Web.Drawing;

/// <summary>Capitals, digits and a few signs of 5 × 7 pixels: enough to caption a picture where no font is installed.</summary>
internal static class PixelFont
{
    public const int Width = 5;
    public const int Height = 7;

    /// <summary>From one character to the next.</summary>
    public const int Advance = Width + 1;

    // One line a character: seven rows from the top, # for a dark pixel.
    private const string Drawn =
        """
        A .###. #...# #...# ##### #...# #...# #...#
        B ####. #...# #...# ####. #...# #...# ####.
        C .#### #.... #.... #.... #.... #.... .####
        D ####. #...# #...# #...# #...# #...# ####.
        E ##### #.... #.... ####. #.... #.... #####
        F ##### #.... #.... ####. #.... #.... #....
        G .#### #.... #.... #..## #...# #...# .###.
        H #...# #...# #...# ##### #...# #...# #...#
        I .###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.
        J ..### ...#. ...#. ...#. ...#. #..#. .##..
        K #...# #..#. #.#.. ##... #.#.. #..#. #...#
        L #.... #.... #.... #.... #.... #.... #####
        M #...# ##.## #.#.# #.#.# #...# #...# #...#
        N #...# ##..# ##..# #.#.# #..## #..## #...#
        O .###. #...# #...# #...# #...# #...# .###.
        P ####. #...# #...# ####. #.... #.... #....
        Q .###. #...# #...# #...# #.#.# #..#. .##.#
        R ####. #...# #...# ####. #.#.. #..#. #...#
        S .#### #.... #.... .###. ....# ....# ####.
        T ##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..
        U #...# #...# #...# #...# #...# #...# .###.
        V #...# #...# #...# #...# .#.#. .#.#. ..#..
        W #...# #...# #...# #.#.# #.#.# ##.## #...#
        X #...# .#.#. ..#.. ..#.. ..#.. .#.#. #...#
        Y #...# #...# .#.#. ..#.. ..#.. ..#.. ..#..
        Z ##### ....# ...#. ..#.. .#... #.... #####
        0 .###. #...# #..## #.#.# ##..# #...# .###.
        1 ..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.
        2 .###. #...# ....# ..##. .#... #.... #####
        3 ####. ....# ....# .###. ....# ....# ####.
        4 ...#. ..##. .#.#. #..#. ##### ...#. ...#.
        5 ##### #.... ####. ....# ....# #...# .###.
        6 ..##. .#... #.... ####. #...# #...# .###.
        7 ##### ....# ...#. ..#.. ..#.. .#... .#...
        8 .###. #...# #...# .###. #...# #...# .###.
        9 .###. #...# #...# .#### ....# ...#. .##..
        / ....# ....# ...#. ..#.. .#... #.... #....
        . ..... ..... ..... ..... ..... .##.. .##..
        , ..... ..... ..... ..... .##.. ..#.. .#...
        - ..... ..... ..... .###. ..... ..... .....
        _ ..... ..... ..... ..... ..... ..... #####
        : ..... .##.. .##.. ..... .##.. .##.. .....
        % ##..# ##..# ...#. ..#.. .#... #..## #..##
        + ..... ..#.. ..#.. ##### ..#.. ..#.. .....
        ( ...#. ..#.. .#... .#... .#... ..#.. ...#.
        ) .#... ..#.. ...#. ...#. ...#. ..#.. .#...
        ? .###. #...# ....# ..##. ..#.. ..... ..#..
        """;

    private static readonly FrozenDictionary<char, string[]> Glyphs = Drawn.Split('\n', StringSplitOptions.TrimEntries)
        .ToDictionary(line => line[0], line => line[2..].Split(' ')).ToFrozenDictionary();

    /// <summary>Whether a pixel of a character is dark; lower case is drawn as capitals, what has no drawing as a question mark, a space as nothing.</summary>
    public static bool IsDark(char character, int x, int y)
    {
        var upper = char.ToUpperInvariant(character) is var c && c == '−' ? '-' : c;
        return upper != ' ' && Glyphs.GetValueOrDefault(upper, Glyphs['?'])[y][x] == '#';
    }
}
