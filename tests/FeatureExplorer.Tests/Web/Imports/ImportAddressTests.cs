using FeatureExplorer.Web.Imports;

namespace FeatureExplorer.Tests.Web.Imports;

public sealed class ImportAddressTests
{
    [Fact]
    public void Parse_WholeAddresses_AreStoredUnderTheirLastPart()
    {
        var files = ImportAddress.Parse("https://example.org/a/config.json\r\n\n  http://example.org/b/model%20one.safetensors?download=true  ");
        Assert.Equal(
            [("https://example.org/a/config.json", "config.json"), ("http://example.org/b/model%20one.safetensors?download=true", "model one.safetensors")],
            files.Select(static file => (file.Address.AbsoluteUri, file.Path)));
    }

    [Fact]
    public void Parse_NamesBelowAFolder_KeepTheirFolders()
    {
        var files = ImportAddress.Parse("https://example.org/repo/resolve/main/\nconfig.json\nlayer 1/params.npz\nhttps://other.org/\ncfg.json");
        Assert.Equal(
            [
                ("https://example.org/repo/resolve/main/config.json", "config.json"),
                ("https://example.org/repo/resolve/main/layer%201/params.npz", "layer 1/params.npz"),
                ("https://other.org/cfg.json", "cfg.json"),
            ],
            files.Select(static file => (file.Address.AbsoluteUri, file.Path)));
    }

    [Theory]
    [InlineData("", "Enter the addresses")]
    [InlineData("config.json", "\"config.json\" is not an http or https address")]
    [InlineData("ftp://example.org/config.json", "not an http or https address")]
    [InlineData("file:///etc/passwd", "not an http or https address")]
    [InlineData("https://ada:secret@example.org/config.json", "not an http or https address")]
    [InlineData("https://example.org/a/", "no names of files follow")]
    [InlineData("https://example.org/\n../secret", "begin with a dot")]
    [InlineData("https://example.org/%2e%2e%2fsecret", "begin with a dot")]
    [InlineData("https://example.org/a%2f..%2fb", "begin with a dot")]
    [InlineData("https://example.org/\n/etc/passwd", "a part of it is empty")]
    public void Parse_WhatCannotBeFetched_IsRefusedByName(string text, string says) =>
        Assert.Contains(says, Assert.Throws<ArgumentException>(() => ImportAddress.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_TooMany_SaysHowMany()
    {
        var lines = "https://example.org/\n" + string.Join('\n', Enumerable.Range(0, ReceivedFiles.MostFiles + 1).Select(static i => $"{i}.npz"));
        Assert.Contains("1001 addresses", Assert.Throws<ArgumentException>(() => ImportAddress.Parse(lines)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://huggingface.co/openai-community/gpt2/resolve/main/config.json", "gpt2")]
    [InlineData("https://huggingface.co/someone/saes/resolve/main/\nblocks.8/cfg.json", "saes")]
    [InlineData("https://example.org/saes/blocks.8.hook_resid_pre/cfg.json", "blocks.8.hook_resid_pre")]
    [InlineData("https://example.org/ae.pt", "example.org")]
    public void NameOf_Addresses_IsTheFolderThatSaysMost(string text, string name) => Assert.Equal(name, ImportAddress.NameOf(ImportAddress.Parse(text)));
}
