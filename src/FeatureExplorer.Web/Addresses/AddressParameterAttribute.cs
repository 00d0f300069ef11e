using Microsoft.OpenApi;

namespace FeatureExplorer.Web.Addresses;

/// <summary>
/// Declares a parameter that a page or an endpoint takes behind the question mark of its address: its name and what its values are. <see cref="AddressCheck"/>
/// refuses a request whose values are none of these before anything runs, and takes away what is not declared.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public abstract class AddressParameterAttribute(string name) : Attribute
{
    /// <summary>As addresses write it.</summary>
    public string Name { get; } = name;

    /// <summary>Whether it may be given more than once.</summary>
    public virtual bool Repeats => false;

    /// <summary>What a value must be, as the end of a sentence: "a whole number from 1 to 50".</summary>
    public abstract string Values { get; }

    /// <summary>The same for the API's description: type, range, allowed words.</summary>
    public abstract OpenApiSchema Schema { get; }

    /// <summary>A value in the one form that all ways to write it share, or null when it is none.</summary>
    public abstract string? Read(string value);
}
