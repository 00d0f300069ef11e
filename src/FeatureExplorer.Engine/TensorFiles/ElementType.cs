namespace FeatureExplorer.Engine.TensorFiles;

/// <summary>What one element of a stored tensor is.</summary>
public enum ElementType
{
    F32,
    F16,
    BF16,
    F64,
    I8,
    I16,
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Bool,
}
