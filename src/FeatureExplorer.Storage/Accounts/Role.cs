namespace FeatureExplorer.Storage.Accounts;

/// <summary>What an account may do. Each role may do all that those before it may.</summary>
public enum Role
{
    /// <summary>Reads, where reading needs an account at all.</summary>
    Viewer,

    /// <summary>Also writes labels and contexts.</summary>
    Annotator,

    /// <summary>Also starts runs, imports, and manages accounts.</summary>
    Admin,
}
