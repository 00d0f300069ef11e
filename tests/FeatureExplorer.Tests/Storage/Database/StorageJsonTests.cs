using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using FeatureExplorer.Storage.Corpora;
using FeatureExplorer.Storage.Database;
using FeatureExplorer.Storage.Dictionaries;

namespace FeatureExplorer.Tests.Storage.Database;

public sealed class StorageJsonTests
{
    [Fact]
    public void Read_PropertyThatAnOlderProgramDidNotWrite_IsItsDefault()
    {
        var text = System.Text.Json.JsonSerializer.Deserialize<DictionaryOrigin>("""{"format":"SAELens","sha256":"00"}""", StorageJson.Default.Options);
        Assert.Empty(text!.Notes);
        Assert.Empty(text.Warnings);
    }

    /// <summary>The generated reader leaves out the initial value of a property that can only be initialised: one whose name is missing becomes null.</summary>
    [Fact]
    public void Properties_ThatAreNeverNull_AreNotEvenWhereTheirNameIsMissing()
    {
        var nulls = new List<string>();
        var (types, nullability) = (new HashSet<Type>(), new NullabilityInfoContext());
        Walk(typeof(DictionaryInfo), types);
        Walk(typeof(ModelInfo), types);
        Walk(typeof(CorpusInfo), types);
        foreach (var type in types.Where(static type => type.Namespace!.StartsWith("FeatureExplorer", StringComparison.Ordinal)))
        {
            var asRead = RuntimeHelpers.GetUninitializedObject(type);
            foreach (var property in StorageJson.Default.GetTypeInfo(type)!.Properties.Where(static property => property is { IsRequired: false, AssociatedParameter.IsMemberInitializer: true }))
            {
                var own = (PropertyInfo)property.AttributeProvider!;
                if (nullability.Create(own).ReadState == NullabilityState.NotNull && own.GetValue(asRead) is null)
                {
                    nulls.Add($"{type.Name}.{own.Name}");
                }
            }
        }

        Assert.Contains(typeof(OtherText), types);
        Assert.Empty(nulls);
    }

    private static void Walk(Type type, HashSet<Type> found)
    {
        if (StorageJson.Default.GetTypeInfo(type) is not { } info)
        {
            return;
        }

        if (info.Kind != JsonTypeInfoKind.Object)
        {
            if (info.ElementType is { } element)
            {
                Walk(element, found);
            }

            return;
        }

        if (found.Add(type))
        {
            foreach (var property in info.Properties)
            {
                Walk(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, found);
            }
        }
    }
}
