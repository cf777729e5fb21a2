/// Networks beside theory's band: constructed ones.
module NtkPipeline.Tests.EnsembleBandTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private normals seed count =
    let random = Seed.root (uint64 (seed: int)) |> Seed.derive "normals" |> Seed.random

    Array.init count (fun _ ->
        sqrt (-2.0 * log (1.0 - random.NextDouble())) * cos (2.0 * System.Math.PI * random.NextDouble()))

let private rowCount = 40

/// Rows that go together, as outputs of neighbours do: Σ = BBᵀ of rank 4, plus something of each row's own.
let private mix =
    Matrix.init rowCount 4 (fun i k -> 0.4 * cos (0.2 * float i * float (k + 1) + float k))

let private posterior: Posterior = {
    Mean = Matrix.init rowCount 1 (fun i _ -> sin (float i))
    Covariance =
        Matrix.init rowCount rowCount (fun i j ->
            Seq.sum (seq { for k in 0..3 -> mix[i, k] * mix[j, k] }) + if i = j then 0.01 else 0.0)
}

/// Networks drawn from that law, but for a shift and a factor of their spread.
let private drawn count shift factor =
    Array.init count (fun number ->
        let common, own = normals (100 + number) 4, normals (500 + number) rowCount

        Array.init rowCount (fun i ->
            let along = Seq.sum (seq { for k in 0..3 -> mix[i, k] * common[k] })
            posterior.Mean[i, 0] + shift + factor * (along + 0.1 * own[i])))

let private evidence (outputs: float[][]) : BandEvidence = {
    Width = 512
    TrainRows = 20
    ValidationRows = rowCount
    Networks = outputs.Length
    Diverged = 0
    Steps = [| 3; 9 |]
    TheorySteps = [| 3; 9 |]
    Times =
        if outputs.Length < 2 then
            [||]
        else
            [|
                EnsembleBand.compare 3 posterior [| 0 .. rowCount - 1 |] (drawn 200 0.0 1.0)
                EnsembleBand.compare 9 posterior [| 0 .. rowCount - 1 |] outputs
            |]
    Tweets = [||]
    TrainLoss = { Theory = [||]; Networks = [||] }
    ValidationLoss = { Theory = [||]; Networks = [||] }
    Setting = "here"
}

let private inside outputs = (EnsembleBand.staysInside 0.05).Judge(evidence outputs) |> Array.exactlyOne
let private mean outputs = EnsembleBand.meanAgrees.Judge(evidence outputs) |> Array.exactlyOne

let tests =
    testList "EnsembleBand" [
        testCase "drawn from theory's law, outputs lie in its band and their mean at its mean"
        <| fun () ->
            inside (drawn 60 0.0 1.0)
            |> wants (Some true) [ "here"; "After 9 steps"; "60 networks"; "theory's 95.5%" ]

            mean (drawn 60 0.0 1.0) |> wants (Some true) [ "squared z-score"; "No difference is seen" ]

        testCase "of another spread or mean, they do not; and the last time that they did is named"
        <| fun () ->
            inside (drawn 60 0.0 3.0) |> wants (Some false) [ "is not theory's" ]
            mean (drawn 60 0.5 1.0) |> wants (Some false) [ "they differ"; "up to step 3" ]

        testCase "two networks cannot tell, and one is no ensemble"
        <| fun () ->
            inside (drawn 2 0.0 1.6) |> wants None [ "too wide a band" ]
            inside (drawn 1 0.0 1.0) |> wants None [ "a band over networks takes two" ]
            mean (drawn 1 0.0 1.0) |> wants None [ "takes two" ]

        testCase "rows that go together count for fewer: the limit is passed once in twenty times"
        <| fun () ->
            let rows = [| 0 .. rowCount - 1 |]
            let independent = EnsembleBand.independent posterior rows
            Expect.isTrue (independent > 1.0 && independent < 12.0) $"%g{independent} of %d{rowCount}"

            let alone = {
                posterior with
                    Covariance = Matrix.init rowCount rowCount (fun i j -> if i = j then 0.3 else 0.0)
            }

            Expect.isLessThan
                (abs (EnsembleBand.independent alone rows - float rowCount))
                1e-9
                "independent rows count"

            let passed =
                Array.init 400 (fun k ->
                    let common = Array.init 8 (fun number -> normals (9000 + 8 * k + number) (4 + rowCount))

                    let outputs =
                        common
                        |> Array.map (fun z ->
                            Array.init rowCount (fun i ->
                                posterior.Mean[i, 0]
                                + Seq.sum (seq { for k in 0..3 -> mix[i, k] * z[k] })
                                + 0.1 * z[4 + i]))

                    let time = EnsembleBand.compare 1 posterior rows outputs
                    if time.MeanSquare > time.Limit then 1.0 else 0.0)
                |> Array.average

            Expect.isTrue (passed > 0.02 && passed < 0.09) $"%g{passed}"
    ]
