namespace NtkPipeline.Runtime

open System.Globalization
open NtkPipeline.Core
open TorchSharp

/// What measurements compute with: seeded normal numbers, and networks by their text.
[<RequireQualifiedAccess>]
module BenchInputs =

    /// The rows of the Kaggle training set without its duplicates, at which most aims are stated.
    let usualRows = 7613

    /// Standard normal float32.
    let normal (rows: int) (columns: int) : torch.Tensor =
        use generator = Seed.generator (Seed.root 1UL)
        torch.randn ([| int64 rows; int64 columns |], dtype = torch.float32, generator = generator)

    /// Rows of norm √columns.
    let units (rows: int) (columns: int) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let x = normal rows columns
        (x / x.norm (1, true, 2.0f) * (sqrt (float columns)).ToScalar()).MoveToOuterDisposeScope()

    /// A network's text that cannot be read is a bug.
    let network (text: string) : Network =
        match NetworkText.parse text with
        | Ok network -> network
        | Error reason -> invalidArg (nameof text) reason

    /// 7613 as "7,613".
    let grouped (n: int) : string = n.ToString("N0", CultureInfo.InvariantCulture)
