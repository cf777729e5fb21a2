/// Few made-up rows through the interpolation threshold, for tests.
module NtkPipeline.Tests.SmallDescent

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let want (value: Result<'a, PipelineError>) =
    Expect.wantOk (value |> Result.mapError _.Sentence) "it should work"

let columns, fitted, kept = 6, 60, 200

/// Unit rows whose label is the sign of a noisy sum; rows 10 to 14 are copies of rows 0 to 4.
let features, split' =
    let rows = SmallStack.normal 3L [ fitted + kept; columns ] |> Tensors.toMatrix64 |> Matrix.map float32
    let unit, _ = Pca.normaliseRows rows
    let copies = [| for i in 0 .. unit.Rows - 1 -> if i >= 10 && i < 15 then i - 10 else i |]
    let unit = Matrix.gatherRows copies unit
    let noise = SmallStack.normal 4L [ fitted + kept; 1 ] |> Tensors.toArray64

    let labels =
        copies
        |> Array.map (fun i ->
            if float unit[i, 0] + float unit[i, 1] + 0.4 * noise[i] > 0.0 then 1.0 else -1.0)

    SampleRuns.features unit (Matrix.create 0 columns [||]),
    {
        split with
            Train = [| 0 .. fitted - 1 |]
            Validation = [| fitted .. fitted + kept - 1 |]
            Labels = labels
            Targets = labels
    }

let runner: IRunner = MemoryRunner(Seed.root 3UL)

let values (changes: (string * string) list) =
    let defaults =
        DoubleDescent.experiment.Settings |> List.map (fun setting -> setting.Key, setting.Default)

    Map(defaults @ [ for key, value in changes -> $"double-descent.%s{key}", value ])

let small =
    values [
        "rows", "60"
        "octaves", "2.3"
        "per-octave", "3"
        "steps", "200"
        "noise", "0, 0.2"
    ]

let drawn values number =
    want (
        runner.Run(
            DoubleDescent.rows values number,
            Artifact.both (artifact "features" features) (artifact "split" split')
        )
    )

let inputs values number =
    DescentCurve.inputs (artifact "features" features) (artifact "split" split') (drawn values number)

let look (artifact: Artifact<'a>) = artifact.Value.Force() |> want

let backAndForth (codec: Codec<'a>) (value: 'a) =
    use stream = new MemoryStream()
    codec.Write stream value
    stream.Position <- 0L
    codec.Read stream
