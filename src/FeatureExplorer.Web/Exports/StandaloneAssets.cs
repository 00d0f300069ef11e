namespace FeatureExplorer.Web.Exports;

/// <summary>Style and script of the page that opens without a network; both stand in the page itself.</summary>
internal static class StandaloneAssets
{
    public const string Style = """
        body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:0 auto;padding:1rem;color:#1b2429;background:#fff}
        header input{font:inherit;width:100%;max-width:30rem;padding:.3rem .5rem;margin:.5rem 0}
        section{border-top:1px solid #d9dee2;padding:.5rem 0 1rem}
        h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:.3rem 0}h2 a{color:#14507a}
        small,.figures,.note,figcaption,caption{color:#5a666c}small{margin-left:.4rem}.figures,.note{margin:.2rem 0}
        .evidence{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem .8rem;padding:0;margin:.3rem 0}
        .holds{color:#17643a}.weak{color:#7a5300}.fails{color:#96281b}.notmeasured{color:#5a666c}
        .panels{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}figure{margin:0;flex:1 1 20rem;max-width:28rem}
        td{padding:0 .6rem 0 0;white-space:pre}caption{text-align:left}
        .examples{padding-left:2rem}.examples span{white-space:pre-wrap;overflow-wrap:anywhere}
        mark{color:inherit;background:#fdf0d5}.a2{background:#fbdfa6}.a3{background:#f8c873}.a4{background:#f3ab3d}.a5{background:#ea8b0c}
        """;

    // Without it, the page has everything too; it only hides what a search does not find.
    public const string Script = """
        const box = document.getElementById('search');
        const found = document.getElementById('found');
        const all = [...document.querySelectorAll('section.feature')].map(s => [s, s.textContent.toLowerCase()]);
        const show = () => {
          const words = box.value.toLowerCase().split(/\s+/).filter(w => w);
          let count = 0;
          for (const [section, text] of all) {
            const match = words.every(w => text.includes(w));
            section.hidden = !match;
            count += match ? 1 : 0;
          }
          found.textContent = count + ' of ' + all.length + (all.length === 1 ? ' feature' : ' features');
        };
        box.addEventListener('input', show);
        box.hidden = false;
        show();
        """;
}
