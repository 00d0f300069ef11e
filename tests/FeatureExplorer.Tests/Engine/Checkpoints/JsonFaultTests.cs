using System.Text.Json;
using FeatureExplorer.Engine.Checkpoints;
using FeatureExplorer.Training.Configuration;

namespace FeatureExplorer.Tests.Engine.Checkpoints;

public sealed class JsonFaultTests
{
    [Theory]
    [InlineData("", "line 1, column 1: it is empty")]
    [InlineData("{", "it ends before an object or a list is closed")]
    [InlineData("{\n  \"é\": tru\n}", "is an invalid JSON literal. Expected the literal 'true'")]
    [InlineData("{\"a\":1} x", "line 1, column 9: more follows after its end")]
    [InlineData("{a:1}", "line 1, column 2: 'a' is an invalid start of a property name. Expected a '\"'")]
    public void Of_TextThatIsNoJson_SaysWhereAndWhat(string json, string expected)
    {
        var exception = Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(json));
        Assert.EndsWith(expected, JsonFault.Of(exception, json), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"transformer\": { \"layers\": \"two\" } }", "line 2, column 30: transformer.layers has to be a whole number of at most 2147483647.")]
    [InlineData("{\n  // how many\n  \"Transformer\": { \"colour\": 3 } }", "line 3, column 30: there is no field \"transformer.colour\".")]
    [InlineData("{ \"seed\": -1 }", "line 1, column 11: seed has to be a whole number from 0 on.")]
    [InlineData("{ \"corpus\": \"x\" }", "line 1, column 13: corpus has to be a list.")]
    [InlineData("{ \"replace\": 1 }", "line 1, column 14: replace has to be true or false.")]
    [InlineData("{ \"dictionaries\": [ { \"features\": 8 }, { \"features\": \"many\" } ] }", "line 1, column 54: dictionaries[1].features has to be a whole number of at most 2147483647.")]
    [InlineData("{ \"dictionaries\": [ { \"features\": 8, \"lambda\": [1] } ] }", "line 1, column 48: dictionaries[0].lambda has to be a number.")]
    [InlineData("{ \"sweep\": { \"k\": [\"x\"] } }", "sweep.k[0] has to be a whole number of at most 2147483647.")]
    [InlineData("{ \"seed\": 1, \"seed\": 2 }", "it gives \"seed\" twice.")]
    [InlineData("{ \"preset\": 3 }", "line 1, column 13: preset has to be a text.")]
    [InlineData("{ \"dictionaries\": {} }", "\"dictionaries\" has to be a list.")]
    public void Read_ConfigurationWithAWrongValue_NamesFieldAndPlace(string json, string expected)
    {
        var message = Assert.Throws<ArgumentException>(() => RunConfigurationJson.Read(json)).Message;
        Assert.EndsWith(expected, message, StringComparison.Ordinal);
        Assert.All((string[])["System.", ".NET", "BytePosition", "LineNumber", "Parameter '"], part => Assert.DoesNotContain(part, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"a\": [1, {\"b\": 2}, [3, 4]]}", "a[2][1]", 1, 25)]
    [InlineData("{\"a\": [1, {\"b\": 2}, [3, 4]]}", "A[1].B", 1, 17)]
    [InlineData("{\"a\": [],\n \"b\": {\"c\": {}},\n \"d\": \"é\", \"e\": 1}", "e", 3, 17)]
    public void PlaceOf_Field_IsThatOfItsValue(string json, string field, int line, int column) => Assert.Equal((line, column), JsonFault.PlaceOf(json, field));

    [Fact]
    public void PlaceOf_FieldThatIsNotThere_IsNull() => Assert.Null(JsonFault.PlaceOf("{\"a\": 1}", "b"));
}
