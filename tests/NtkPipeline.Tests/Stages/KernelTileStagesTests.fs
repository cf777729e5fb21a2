/// Kernels whose tiles are stages.
module NtkPipeline.Tests.KernelTileStagesTests

open System.Collections.Generic
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.TileSamples

/// Remembers what was run, as a store does, and counts what was asked.
type private Remembering() =
    let made = Dictionary<string, obj>()
    let memory = MemoryRunner(Seed.root 1UL) :> IRunner
    member val Asked = 0 with get, set
    member _.Made = made.Count

    interface IRunner with
        member this.Run(stage, input) =
            this.Asked <- this.Asked + 1
            let key = $"%s{stage.Name} %s{stage.Settings}"

            match made.TryGetValue key with
            | true, (:? Artifact<_> as artifact) -> Ok artifact
            | _ ->
                memory.Run(stage, input)
                |> Result.map (fun artifact ->
                    made[key] <- artifact
                    artifact)

let private machine memory : KernelMachine = {
    Memory = memory
    Tensors = lazy { Device = TorchSharp.torch.CPU; Threads = TorchSharp.torch.get_num_threads () }
}

let private request network finite : KernelRequest =
    ok (
        KernelRequest.create (Networks.parse network) KernelKind.Ntk finite
        |> Result.mapError (String.concat "; " >> DataRefused)
    )

let private finite outputs isByLayer =
    Some {
        NetworkSeed = 3UL
        Asked = None
        Form = { Outputs = outputs; IsByLayer = isByLayer }
    }

/// The job's own array, and that of its tiles as stages.
let private both (finite: FiniteNetwork option) z =
    let memory = if finite.IsSome then 4e5 else 2e5
    let x = rows 1 150 6

    let job = ok (KernelRequest.double (machine memory) (request "dense 12 | relu | dense 2" finite) x z)

    let runner = Remembering()

    let made =
        ok (KernelTileStages.run runner Precision.double Codec.matrix64 [ Digest.ofParts [ "x" ] ] job)

    job, made, runner

let tests =
    testList "KernelTileStages" [
        for name, finite, z in
            [
                "analytic, with itself", None, None
                "analytic, with others", None, Some(rows 2 70 6)
                "finite, all pairs of outputs", finite Full false, None
                "finite, layer by layer, with others", finite Diagonal true, Some(rows 2 70 6)
            ] do
            testCase $"%s{name}: the bits of the job, each stage run once, and none at another reading"
            <| fun () ->
                let job, made, runner = both finite z
                let count = KernelTileStages.count Precision.double job
                Expect.isGreaterThan count 3 "several stages"
                Expect.equal runner.Made count "each once"
                Expect.equal (array made.Tiles) (array job.Tiles) "the bits"
                Expect.equal runner.Made count "nothing is run again"

        testCase "a kernel that is resumed reads the stages of the tiles that are left alone"
        <| fun () ->
            let job, made, runner = both None None
            let all = KernelTiles.count job.Tiles
            let asked = runner.Asked
            let mutable received = 0

            ok (
                KernelTiles.run
                    (all - 1)
                    (fun _ ->
                        received <- received + 1
                        Ok())
                    made.Tiles
            )

            Expect.equal (received, runner.Asked - asked) (1, 1) "the last tile"

        testCase "the stages of another kernel are others, and what a stage refuses the kernel refuses"
        <| fun () ->
            let x = rows 1 150 6

            let names network =
                let seen = HashSet<string>()

                let runner = {
                    new IRunner with
                        member _.Run(stage, input) =
                            seen.Add $"%s{stage.Name} %s{stage.Settings}" |> ignore
                            MemoryRunner(Seed.root 1UL) :> IRunner |> _.Run(stage, input)
                }

                let job = ok (KernelRequest.double (machine 2e5) (request network None) x None)
                ok (KernelTileStages.run runner Precision.double Codec.matrix64 [] job) |> ignore
                seen

            let one, other = names "dense 12 | relu | dense 1", names "dense 12 | erf | dense 1"
            Expect.isFalse (one.Overlaps other) "no stage in common"

            let job =
                ok (KernelRequest.double (machine 2e5) (request "dense 12 | relu | dense 1" None) x None)

            let refusing = {
                job with
                    Tiles = { job.Tiles with ComputeRow = fun _ _ _ -> Error(NumbersRefused "no") }
            }

            let refused =
                KernelTileStages.run (Remembering()) Precision.double Codec.matrix64 [] refusing
                |> Result.map ignore

            Expect.equal refused (Error(NumbersRefused "no")) "its sentence"
    ]
