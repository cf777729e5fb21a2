module NtkPipeline.Tests.GapCausesTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private runner: IRunner = MemoryRunner(Seed.root 3UL)

let private want (value: Result<Artifact<'a>, PipelineError>) =
    let value = value |> Result.bind _.Value.Force() |> Result.mapError _.Sentence
    Expect.wantOk value "it should work"

let private values changed =
    GapCauses.experiment.Settings
    |> List.map (fun setting -> setting.Key, setting.Default)
    |> Map.ofList
    |> fun all -> changed |> List.fold (fun all (key, value) -> Map.add key value all) all

let private lanes changed = GapCauses.lanes (values changed) SmallTraining.settings

// Constructed outputs: moved in known directions from a tuned kernel that misses 200 of 1,000 rows.

let private stripes k = Array.init rows (fun i -> if i / 2 % 4 = k then labels[i] else 0.0)

let private plus size (direction: float[]) (outputs: float[]) =
    Array.map2 (fun f d -> f + size * d) outputs direction

let private base' = missing [ 0..199 ]

let private kernelEnds: GapKernel = {
    Rows = 500
    LambdaMax = 100.0
    RelativeRidge = 0.5
    Ridge = base'
    Flow = plus 0.1 (stripes 0) base'
    Descent = plus 0.1 (stripes 0) base'
    Labels = labels
}

/// Members that learn features by so much, after a kernel of their own that is off by so much, and then err on rows of their own.
let private network learning noise (wrong: int -> int list) width k : GapNetwork =
    let linearised = plus noise (stripes 1) kernelEnds.Descent
    let centred = plus learning (stripes 2) linearised

    let network = centred |> Array.mapi (fun i f -> if List.contains i (wrong k) then -f else f)

    {
        Width = width
        Member = k
        Outputs =
            Some {
                Kernel = kernelEnds.Descent
                Linearised = linearised
                Centred = centred
                Network = network
            }
    }

let private lost (network: GapNetwork) = { network with Outputs = None }

let private evidence networks : GapCauses.Evidence =
    let input = artifact "lanes" [ kernelEnds, networks ]
    runner.Run(GapCauses.stage settings (lanes [ "gap.input-scales", "unit" ]), input) |> want

let private members make = List.init 3 make
let private judge k evidence = (GapCauses.claims[k].Judge evidence) |> Array.head
let private none _ = []

let tests =
    testList "GapCauses" [
        testCase "the kernel's models are ridge regression, flow and descent of the rows fitted"
        <| fun () ->
            let source = SmallTraining.input.Force()
            let input = artifact "input" source |> Artifact.bind TrainInput.create
            let points = (lanes [ "gap.batch-size", "8"; "gap.epochs", "3" ])[0]

            let settings: RidgeSettings = {
                Smallest = 0.01
                Largest = 1.0
                PointsPerDecade = 2
                ChooseBy = RidgeChoice.CrossValidation
            }

            let kernel = runner.Run(GapModels.kernel settings points[0].Spec 30, input)
            let found = want kernel
            let ready = want (Ok input)
            let chosen = Probe.rows 30 ready.TrainTargets.Length
            let all = Matrix.map float ready.Kernel
            let k = Matrix.gather chosen chosen all
            let other = [| ready.TrainTargets.Length .. ready.Labelled.Rows - 1 |]
            let cross = Matrix.gather other chosen all
            let y = chosen |> Array.map (fun row -> ready.TrainTargets[row])
            let mean = Array.averageBy (fun i -> k[i, i]) [| 0 .. chosen.Length - 1 |]
            let alpha = KernelSamples.solve (found.RelativeRidge * mean) k y

            let predicted =
                Array.init other.Length (fun i -> KernelSamples.dot ((Matrix.row i cross).ToArray()) alpha)

            KernelSamples.wantClose 1e-9 "ridge" found.Ridge predicted
            // 4 batches of 8 rows, 3 epochs: 12 steps of full-batch descent, one by one.
            let rate = 1.0 / found.LambdaMax
            let mutable f = Array.zeroCreate<float> chosen.Length
            let mutable c = Array.zeroCreate<float> chosen.Length

            for _ in 1..12 do
                let residual = Array.map2 (-) f y
                c <- Array.map2 (fun c r -> c - rate * r) c residual
                f <- Array.init chosen.Length (fun i -> KernelSamples.dot ((Matrix.row i k).ToArray()) c)

            let stepped =
                Array.init other.Length (fun i -> KernelSamples.dot ((Matrix.row i cross).ToArray()) c)

            KernelSamples.wantClose 1e-9 "descent" found.Descent stepped
            Expect.isGreaterThan (Metrics.gap found.Flow found.Descent).Rms 1e-6 "flow is not descent"
            Expect.equal (found.Rows, found.Labels) (30, ready.ValidationLabels) "rows"

            let both = Artifact.both input (Expect.wantOk (kernel |> Result.mapError _.Sentence) "made")
            let network = runner.Run(GapModels.network points[0] 30, both) |> want
            let outputs = Expect.wantSome network.Outputs "it trains"
            // The same steps on average: minibatches are nearer to full batches than these are to where they began.
            Expect.isLessThan
                (Metrics.gap outputs.Kernel found.Descent).Rms
                (Metrics.gap (Array.zeroCreate other.Length) found.Descent).Rms
                "minibatches"

            Expect.equal outputs.Network.Length other.Length "validation rows"

        testCase "claims: parts add up; where they do not, the claim fails; without networks none is told"
        <| fun () ->
            let found = evidence (members (network 1.0 0.1 none 64))
            judge 0 found |> wants (Some true) [ "m = 64"; "a rest of"; "The 7 parts sum" ]

            let broken = {
                found with
                    Chains =
                        found.Chains
                        |> Array.map (fun chain -> {
                            chain with
                                Found =
                                    chain.Found
                                    |> Option.map (fun (accuracies, split) ->
                                        accuracies, { split with RestOfRms = 0.9 })
                        })
            }

            judge 0 broken |> wants (Some false) [ "a rest of 9.0e-001" ]
            let diverged = evidence (members (network 1.0 0.1 none 64 >> lost))
            judge 0 diverged |> wants None [ "Every network diverged" ]
            Expect.equal (diverged.Chains[0].Sound, diverged.Chains[0].Networks) (0, 3) "counted"

        testCase "claims: feature learning that is the largest part, that is not, and that cannot be told"
        <| fun () ->
            judge 1 (evidence (members (network 1.0 0.1 none 64)))
            |> wants (Some true) [ "feature learning makes" ]

            judge 1 (evidence (members (network 0.1 1.0 none 64)))
            |> wants (Some false) [ "the finite network's own kernel makes"; "which is less" ]

            judge 1 (evidence (members (network 0.5 0.5 none 64))) |> wants None [ "the bands overlap" ]

        testCase "claims: an ensemble that helps, that harms, that makes no difference, and one network"
        <| fun () ->
            let ensemble among =
                let wrong k = [ 300..899 ] |> List.filter (fun i -> among (i % 3 = k))
                judge 2 (evidence (members (network 0.2 0.1 wrong 64)))

            // Each errs where the two others do not, and outvotes nobody; or two of three err everywhere.
            ensemble id |> wants (Some true) [ "The mean of 3 networks"; "+20.0 percentage points" ]
            ensemble not |> wants (Some false) [ "−20.0 percentage points" ]
            ensemble (fun _ -> false) |> wants None [ "0.0 percentage points" ]
            judge 2 (evidence [ network 0.2 0.1 none 64 0 ]) |> wants None [ "no ensemble" ]

        testCase
            "settings: networks train by descent where no kernel knows their optimiser, at the gap's own rate"
        <| fun () ->
            let basis = { SmallTraining.settings with Optimiser = Optimiser.adam; Rate = 8.0 }
            let points = GapCauses.lanes (values []) basis |> Array.concat
            Expect.equal points.Length 12 "two scales, two widths, three seeds"

            for point in points do
                Expect.equal (point.Spec.Optimiser, point.Spec.Rate) (Optimiser.Descent, 1.0) point.Name

            let kept = GapCauses.lanes (values []) { basis with Optimiser = Optimiser.Momentum 0.9 }
            Expect.equal kept[0].[0].Spec.Optimiser (Optimiser.Momentum 0.9) "one that they know"
            let bad = GapCauses.experiment.Check (values [ "gap.widths", "64" ]) basis
            Expect.isEmpty bad "sound settings"

        testCase
            "the chapter's table prints the parts, the whole and the rest; what was found is kept and read back"
        <| fun () ->
            let found = evidence (members (network 1.0 0.1 none 64))
            let chapter = (GapChapter.chapter (artifact "evidence" found)).Value.Force()
            let chapter = Expect.wantOk (chapter |> Result.mapError _.Sentence) "written"
            let table = List.exactlyOne chapter.Tables
            Expect.equal table.Rows.Length 9 "seven parts, the whole, the rest"
            Expect.stringContains chapter.Answer[0] "is feature learning" "the largest cause"
            Expect.equal chapter.Charts.Length 3 "parts, accuracies, models"
            let codec = (GapCauses.stage settings (lanes [])).Codec
            use stream = new MemoryStream()
            codec.Write stream found
            stream.Position <- 0L
            Expect.equal (codec.Read stream) (Ok found) "the same"
            let none = evidence (members (network 1.0 0.1 none 64 >> lost))
            let empty = (GapChapter.chapter (artifact "evidence" none)).Value.Force()
            let empty = Expect.wantOk (empty |> Result.mapError _.Sentence) "written"

            Expect.isTrue
                (empty.Findings |> Array.forall (fun f -> f.Value.IsNone && f.Note.IsSome))
                "with the reason"
    ]
