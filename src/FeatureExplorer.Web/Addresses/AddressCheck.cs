using System.Text;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Extensions.Primitives;

namespace FeatureExplorer.Web.Addresses;

/// <summary>
/// Checks the address of a request against what its page or endpoint declares, before anything runs, and brings it into one form: the declared parameters that
/// have a value, in the order of their declaration. What runs afterwards reads no other parameter, and pages that differ in nothing else are kept once.
/// </summary>
public static class AddressCheck
{
    /// <summary>Numbers in paths are digits.</summary>
    public static IServiceCollection AddAddressCheck(this IServiceCollection services) => services.Configure<RouteOptions>(static routes =>
    {
        routes.SetParameterPolicy<DigitsConstraint<int>>("int");
        routes.SetParameterPolicy<DigitsConstraint<long>>("long");
    });

    public static IApplicationBuilder UseAddressCheck(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        if (context.GetEndpoint() is { } endpoint && Declares(endpoint))
        {
            var request = context.Request;
            request.QueryString = new QueryString(OneForm(request.Query, endpoint.Metadata.GetOrderedMetadata<AddressParameterAttribute>()));
        }

        return next(context);
    });

    /// <summary>Pages declare all that they read. Of other endpoints, those of the framework declare nothing, and their addresses are left alone.</summary>
    private static bool Declares(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<AddressParameterAttribute>() is not null || endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is not null;

    private static string OneForm(IQueryCollection query, IReadOnlyList<AddressParameterAttribute> parameters)
    {
        var address = new StringBuilder();
        foreach (var parameter in parameters)
        {
            foreach (var value in Values(parameter, query[parameter.Name]))
            {
                address.Append(address.Length == 0 ? '?' : '&').Append(parameter.Name).Append('=').Append(Urls.Escape(value));
            }
        }

        return address.ToString();
    }

    /// <summary>The values that were given. A form sends its empty fields, too: they count as not given.</summary>
    private static IEnumerable<string> Values(AddressParameterAttribute parameter, StringValues given)
    {
        var values = given.Where(static v => !string.IsNullOrEmpty(v)).ToList();
        return values.Count > 1 && !parameter.Repeats
            ? throw new AddressException($"{parameter.Name} is given {values.Count} times; give it once.")
            : values.Select(value => parameter.Read(value!) ?? throw new AddressException(parameter.Name, value!, parameter.Values));
    }
}
