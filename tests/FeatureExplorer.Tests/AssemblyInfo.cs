// Three collections at a time keep two cores busy: many tests wait for a browser, a disk or another process.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer("FeatureExplorer.Tests.LongestFirst", "FeatureExplorer.Tests")]
