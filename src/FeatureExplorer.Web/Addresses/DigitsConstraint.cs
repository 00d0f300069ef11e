using System.Globalization;
using System.Numerics;
using Microsoft.AspNetCore.Routing.Matching;

namespace FeatureExplorer.Web.Addresses;

/// <summary>A part of a path that is a number in digits alone. The framework's own constraints also take signs and spaces: the same page at further addresses.</summary>
public sealed class DigitsConstraint<T> : IRouteConstraint, IParameterLiteralNodeMatchingPolicy
    where T : INumberBase<T>
{
    public bool Match(HttpContext? httpContext, IRouter? route, string routeKey, RouteValueDictionary values, RouteDirection routeDirection) =>
        values.TryGetValue(routeKey, out var value) && IsNumber(Convert.ToString(value, CultureInfo.InvariantCulture));

    /// <summary>Tells routing which words of other addresses can be no number, so that those addresses are not taken for this one.</summary>
    public bool MatchesLiteral(string parameterName, string literal) => IsNumber(literal);

    private static bool IsNumber(string? text) => T.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
