using FeatureExplorer.Web.Commands;

return await CommandLine.RunAsync(args);
