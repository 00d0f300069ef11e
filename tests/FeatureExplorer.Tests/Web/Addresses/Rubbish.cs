namespace FeatureExplorer.Tests.Web.Addresses;

/// <summary>Values that few parameters take.</summary>
internal static class Rubbish
{
    public static IReadOnlyList<string> All { get; } =
    [
        "abc", "-1", "1,5", "1.5", "0x10", " 7", "+7", "1e999", "NaN", "inf", "-Infinity", "99999999999", "999999999999999999999999999999", "[]", "{\"a\":1}", "a[0]=1",
        "Admin,Viewer", "maximum", "true", "null", "%", "'\"<script>", "../../etc/passwd", "//evil.example", "регулярка", "٣", "\u202e1", "a\nb", "a\u0000b", "\u001b[31m", "\ud83d\ude00",
        new string('7', 3000), new string('x', 10_000),
    ];
}
