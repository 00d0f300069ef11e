using FeatureExplorer.Web.Imports;

namespace FeatureExplorer.Tests.Web.Imports;

public sealed class ReceivedPathTests
{
    [Theory]
    [InlineData("config.json")]
    [InlineData("layer_20/width_16k/average_l0_71/params.npz")]
    [InlineData("modèle (1) l0=71, v2+.safetensors")]
    public void Check_PlainPath_IsKept(string path) => Assert.Equal(path, ReceivedPath.Check(path));

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../secret")]
    [InlineData("a/../../secret")]
    [InlineData("a/./b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("a\\b")]
    [InlineData("C:\\secret")]
    [InlineData("c:stream")]
    [InlineData(".git/config")]
    [InlineData("a/.hidden")]
    [InlineData("a.")]
    [InlineData("a /b")]
    [InlineData(" a")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("a\u202eb")]
    [InlineData("what?")]
    [InlineData("1/2/3/4/5/6/7/8/9")]
    public void Check_WhatLeadsElsewhereOrCannotBeAName_IsRefused(string path) => Assert.Throws<ArgumentException>(() => ReceivedPath.Check(path));

    [Fact]
    public void Check_LongName_IsRefused() => Assert.Throws<ArgumentException>(() => ReceivedPath.Check(new string('x', 151)));

    [Theory]
    [InlineData("gpt2", "gpt2")]
    [InlineData(" my model/v2 ", "my-model-v2")]
    [InlineData("../..", "files")]
    [InlineData(".building-1", "building-1")]
    [InlineData("Ä", "files")]
    public void FolderName_AnyText_IsPlain(string text, string name) => Assert.Equal(name, ReceivedPath.FolderName(text, "files"));
}
