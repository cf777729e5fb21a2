module NtkPipeline.Tests.GapClaimsTests

open System.IO
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.GapCausesTests

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

let private evidence networks : GapEvidence =
    let input = artifact "lanes" [ kernelEnds, networks ]
    runner.Run(GapEvidence.stage settings (lanes [ "gap.input-scales", "unit" ]), input) |> want

let private members make = List.init 3 make
let private judge k evidence = (GapClaims.claims[k].Judge evidence) |> Array.head
let private none _ = []

let tests =
    testList "GapClaims" [
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

            judge 0 broken |> wants (Some false) [ "a rest of 9.0e−1" ]
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

        testCase "a part that is larger than the whole is explained, and one network is no ensemble"
        <| fun () ->
            let answer networks =
                let chapter = (GapChapter.chapter (artifact "evidence" (evidence networks))).Value.Force()
                let chapter = Expect.wantOk (chapter |> Result.mapError _.Sentence) "written"
                chapter.Answer[0], List.exactlyOne chapter.Tables

            // The kernel of its own leads back on the way that feature learning goes.
            let back k =
                let found = network 1.0 0.0 none 64 k
                let backwards = plus -0.6 (stripes 2) kernelEnds.Descent

                {
                    found with
                        Outputs = found.Outputs |> Option.map (fun all -> { all with Linearised = backwards })
                }

            let beyond = "more than the whole, since other parts lead back"
            Expect.stringContains (fst (answer (members back))) beyond "explained"
            judge 1 (evidence (members back)) |> wants (Some true) [ beyond ]
            let plain, table = answer (members (network 1.0 0.1 none 64))
            Expect.isFalse (plain.Contains beyond) "no part of this one"
            Expect.stringContains plain "an ensemble of 3 networks of m = 64 lies" "three"
            Expect.equal table.Rows.Length 9 "with ensembling"
            let alone, table = answer [ network 1.0 0.1 none 64 0 ]
            Expect.stringContains alone "a network of m = 64 lies" "one"
            Expect.equal table.Rows.Length 8 "without ensembling"

            for row in table.Rows do
                Expect.isFalse ($"%A{row}".Contains "ensemble") "nor any word of one"

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
            "the chapter's table prints the parts, the whole and the rest; what was found is kept and read back"
        <| fun () ->
            let found = evidence (members (network 1.0 0.1 none 64))
            let chapter = (GapChapter.chapter (artifact "evidence" found)).Value.Force()
            let chapter = Expect.wantOk (chapter |> Result.mapError _.Sentence) "written"
            let table = List.exactlyOne chapter.Tables
            Expect.equal table.Rows.Length 9 "seven parts, the whole, the rest"
            Expect.stringContains chapter.Answer[0] "is feature learning" "the largest cause"
            Expect.equal chapter.Charts.Length 3 "parts, accuracies, models"
            let codec = (GapEvidence.stage settings (lanes [])).Codec
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
