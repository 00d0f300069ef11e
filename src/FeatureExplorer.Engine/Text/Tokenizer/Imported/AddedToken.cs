namespace FeatureExplorer.Engine.Text.Tokenizer.Imported;

/// <summary>A token that is looked for in the text itself, before anything is cut or merged.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">It counts only where no letter or digit touches it.</param>
/// <param name="LeftStrip">It takes the white space before it along.</param>
/// <param name="RightStrip">It takes the white space after it along.</param>
/// <param name="Normalized">It is looked for in the changed text.</param>
/// <param name="Special">It stands for no text.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord = false, bool LeftStrip = false, bool RightStrip = false, bool Normalized = false, bool Special = false);
