using System.Reflection;
using System.Text.RegularExpressions;
using FeatureExplorer.Web.Addresses;
using FeatureExplorer.Web.Security;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;

namespace FeatureExplorer.Tests.Web.Addresses;

/// <summary>What the tests of all addresses ask of the list of endpoints that a server has.</summary>
internal static partial class MappedEndpoints
{
    /// <summary>The pages and endpoints of the program, without files and what the framework brings. Of the two documents' pages those that are served.</summary>
    public static List<RouteEndpoint> Own(EndpointDataSource source) =>
        [.. source.Endpoints.OfType<RouteEndpoint>().Where(e => e.Metadata.GetMetadata<StaticAssetDescriptor>() is null && e.Metadata.GetMetadata<SuppressMatchingMetadata>() is null && !IsFramework(Pattern(e)))];

    public static string Pattern(RouteEndpoint endpoint) => "/" + endpoint.RoutePattern.RawText!.TrimStart('/');

    public static bool Takes(RouteEndpoint endpoint, string method) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is not { Count: > 0 } methods || methods.Contains(method);

    public static bool IsPage(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;

    public static IReadOnlyList<AddressParameterAttribute> Declared(RouteEndpoint endpoint) => endpoint.Metadata.GetOrderedMetadata<AddressParameterAttribute>();

    /// <summary>An address of the endpoint; one value may be another than the usual ones.</summary>
    public static string Url(RouteEndpoint endpoint, string? parameter = null, string? value = null) => Part().Replace(Pattern(endpoint), match =>
    {
        var name = match.Groups[1].Value;
        return name.Equals(parameter, StringComparison.OrdinalIgnoreCase) ? Uri.EscapeDataString(value!)
            : name.Equals("model", StringComparison.OrdinalIgnoreCase) ? "B"
            : "1";
    });

    /// <summary>The parameters that the code of an endpoint reads from the address behind the question mark.</summary>
    public static List<string> Read(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is { } page)
        {
            return [.. page.Type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(p => (Property: p, Query: p.GetCustomAttribute<SupplyParameterFromQueryAttribute>())).Where(p => p.Query is not null).Select(p => p.Query!.Name ?? p.Property.Name)];
        }

        return [.. Parameters(endpoint).Where(p => p.GetCustomAttribute<FromFormAttribute>() is null && !InRoute(endpoint, p.Name!)).Select(p => p.GetCustomAttribute<FromQueryAttribute>()?.Name ?? p.Name!)];
    }

    /// <summary>The fields that an endpoint reads from a form.</summary>
    public static List<string> Fields(RouteEndpoint endpoint) =>
        [.. Parameters(endpoint).Select(p => (p, Form: p.GetCustomAttribute<FromFormAttribute>())).Where(p => p.Form is not null).Select(p => p.Form!.Name ?? p.p.Name!)];

    // What comes from the address or a form is text or a number; all else comes from the server's services.
    private static IEnumerable<ParameterInfo> Parameters(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<MethodInfo>()?.GetParameters().Where(static p => IsSimple(p.ParameterType)) ?? [];

    private static bool IsSimple(Type type) =>
        type.IsArray ? IsSimple(type.GetElementType()!) : type == typeof(string) || (Nullable.GetUnderlyingType(type) ?? type) is { IsPrimitive: true } or { IsEnum: true };

    private static bool InRoute(RouteEndpoint endpoint, string name) => endpoint.RoutePattern.GetParameter(name) is not null;

    private static bool IsFramework(string pattern) =>
        pattern == "/{**path:file}" || pattern.StartsWith("/_framework", StringComparison.Ordinal) || pattern.StartsWith(Policies.Connection, StringComparison.Ordinal)
        || pattern.StartsWith("/test/", StringComparison.Ordinal);

    [GeneratedRegex(@"\{\**(\w+)[^}]*\}")]
    private static partial Regex Part();
}
