using MudBlazor;

namespace FeatureExplorer.Web.Components.Theme;

/// <summary>The colours and the type of every page, light and dark: MudBlazor's components and the style sheets of static pages take them from here.</summary>
public static class ExplorerTheme
{
    private static readonly string[] Fonts = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Noto Sans", "Arial", "sans-serif"];

    /// <summary>The theme.</summary>
    public static MudTheme Theme { get; } = new()
    {
        PaletteLight = new PaletteLight
        {
            Primary = "#08697d",
            PrimaryContrastText = "#ffffff",
            Secondary = "#9c2a12",
            Info = "#2466ad",
            Success = "#1f6f43",
            Warning = "#8a4b00",
            Error = "#a4133c",
            Background = "#f5f7f8",
            BackgroundGray = "#eef2f4",
            Surface = "#ffffff",
            DrawerBackground = "#ffffff",
            AppbarBackground = "#ffffff",
            AppbarText = "#1b2429",
            TextPrimary = "#1b2429",
            TextSecondary = "#56636a",
            ActionDefault = "#56636a",
            LinesDefault = "#dbe2e6",
            LinesInputs = "#7a878e",
            TableLines = "#dbe2e6",
            Divider = "#dbe2e6",
        },
        PaletteDark = new PaletteDark
        {
            Primary = "#5ec3d6",
            PrimaryContrastText = "#12181b",
            Secondary = "#ef8d74",
            Info = "#6fabe6",
            Success = "#7cc79b",
            Warning = "#f0b35f",
            WarningContrastText = "#12181b",
            Error = "#ff8fa8",
            ErrorContrastText = "#12181b",
            Background = "#12181b",
            BackgroundGray = "#243036",
            Surface = "#1a2226",
            DrawerBackground = "#1a2226",
            AppbarBackground = "#1a2226",
            AppbarText = "#e6ecee",
            TextPrimary = "#e6ecee",
            TextSecondary = "#9fadb3",
            ActionDefault = "#9fadb3",
            LinesDefault = "#303d44",
            LinesInputs = "#7d8c93",
            TableLines = "#303d44",
            Divider = "#303d44",
        },
        Typography = new Typography
        {
            Default = new DefaultTypography { FontFamily = Fonts, FontSize = "0.9375rem", LineHeight = "1.55" },
            Button = new ButtonTypography { FontFamily = Fonts, TextTransform = "none", FontWeight = "600", LetterSpacing = "normal" },
        },
        LayoutProperties = new LayoutProperties { DefaultBorderRadius = "6px" },
    };
}
