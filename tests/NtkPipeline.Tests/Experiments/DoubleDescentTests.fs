module NtkPipeline.Tests.DoubleDescentTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns
open NtkPipeline.Tests.SmallDescent

let tests =
    testList "DoubleDescent" [
        testCase "rows are drawn from the training rows, copies are counted, and flips are nested and told"
        <| fun () ->
            let found = look (drawn (values [ "rows", "60"; "noise", "0.4, 0, 0.1" ]) 0)
            Expect.equal found.Rows.Length 60 "all of them"
            Expect.equal found.Distinct 55 "five copies"

            Expect.equal
                found.Rows
                (Array.init 60 (fun i -> if i >= 10 && i < 15 then i - 10 else i))
                "the first stands for all"

            Expect.equal found.Noises [| 0.0; 0.1; 0.4 |] "ascending"

            let flips k = [|
                for i in 0..59 do
                    if found.Targets[k][i] <> split'.Targets[i] then
                        i
            |]

            Expect.equal (found.Flipped |> Array.mapi (fun k _ -> (flips k).Length)) found.Flipped "as told"
            Expect.equal found.Flipped[0] 0 "none"
            Expect.isTrue (Set.isProperSubset (Set(flips 1)) (Set(flips 2))) "nested"
            Expect.isTrue (found.Flipped[2] > 12 && found.Flipped[2] < 36) "about two in five"
            let few = look (drawn (values [ "rows", "20" ]) 1)
            Expect.equal few.Rows.Length 20 "a part"
            Expect.notEqual (look (drawn (values [ "rows", "20" ]) 2)).Rows few.Rows "another draw"

        testCase "both kinds of features peak at the distinct rows, and the ridge removes it"
        <| fun () ->
            let curves = [
                for kind in FeatureKind.all do
                    for number in 0..2 do
                        runner.Run(DoubleDescent.curve small kind number, inputs small number) |> want
            ]

            let networks = [ runner.Run(DoubleDescent.networks small 0.2 0, inputs small 0) |> want ]

            let chapter =
                DoubleDescent.chapter (artifact "split" split') (Artifact.all curves) (Artifact.all networks)
                |> look

            let verdict (claim: Claim<DescentEvidence>) kind =
                chapter.Verdicts
                |> Array.find (fun verdict ->
                    verdict.Claim = claim.Name
                    && verdict.Setting.StartsWith(FeatureKind.words kind)
                    && verdict.Setting.Contains "20%")

            for kind in FeatureKind.all do
                let peaks = verdict DescentClaims.peaks kind

                Expect.isNone
                    (if peaks.Holds = Some false then Some peaks.Evidence else None)
                    "it peaks there"

                let removed = verdict DescentClaims.removed kind
                Expect.notEqual removed.Holds (Some false) removed.Evidence

            for curve in curves |> List.collect (look >> List.ofArray) do
                for place in curve.Places do
                    let independent =
                        match curve.Kind with
                        | FeatureKind.Random -> place.Width
                        | FeatureKind.Gradients -> place.Width * columns

                    Expect.isLessThanOrEqual
                        place.Rank
                        (min independent 55)
                        "no more than independent features, or distinct rows"

                    if independent >= 4 * 55 then
                        Expect.equal place.Rank 55 "all distinct rows"

                let last = Array.last curve.Places

                if curve.Noise = 0.0 then
                    Expect.isLessThan last.RidgelessFit 1e-12 "copies keep their labels: it fits them all"

            Expect.equal chapter.Charts.Length 4 "two kinds, two errors"
            Expect.equal chapter.Tables.Length 5 "two kinds at two shares, and networks"

            Expect.contains
                (chapter.Findings |> Array.map _.Metric)
                "peak-height-ridgeless-gradients-noise=0.2"
                "its number"

            Expect.allEqual
                (chapter.Findings |> Array.map _.Metric |> Array.countBy id |> Array.map snd)
                1
                "each once"

        testCase
            "networks are trained from the weights that their features are of, to the goal where they can be"
        <| fun () ->
            let input = look (inputs small 0)
            let found = runner.Run(DoubleDescent.networks small 0.0 0, inputs small 0) |> want |> look
            Expect.equal found.Noise 0.0 "share"
            Expect.equal found.Networks[0].Parameters (found.Networks[0].Width * (columns + 1)) "m(d + 1)"

            let widths = DescentCurve.widths 2.3 3 FeatureKind.Gradients columns input.Fitted.Rows.Length
            Expect.equal (found.Networks |> Array.map _.Width) widths "those of the gradients"

            let fits = found.Networks |> Array.choose _.Fit
            Expect.isLessThan (Array.last fits) (Array.head fits) "the widest fits better than the narrowest"

        testCase "the same numbers again, kept and read back"
        <| fun () ->
            let run () =
                runner.Run(DoubleDescent.curve small FeatureKind.Random 0, inputs small 0) |> want |> look

            let found = run ()
            Expect.equal (run ()) found "again"

            Expect.equal
                (backAndForth (DoubleDescent.curve small FeatureKind.Random 0).Codec found)
                (Ok found)
                "curves"

            let rows = look (drawn small 0)
            Expect.equal (backAndForth (DoubleDescent.rows small 0).Codec rows) (Ok rows) "rows"
            let networks = runner.Run(DoubleDescent.networks small 0.2 0, inputs small 0) |> want |> look

            Expect.equal
                (backAndForth (DoubleDescent.networks small 0.2 0).Codec networks)
                (Ok networks)
                "networks"

        testCase "settings that do not belong together are refused by key"
        <| fun () ->
            let spec = (run 64 0 1.0 0.1 []).Spec
            let check changes = DoubleDescent.experiment.Check (values changes) spec
            Expect.isEmpty (check []) "the defaults"

            Expect.stringContains
                (List.head (check [ "optimiser", "best" ]))
                "double-descent.optimiser"
                "named"

            Expect.stringContains
                (List.head (check [ "rows", "20"; "dimensions", "30" ]))
                "double-descent.rows"
                "named"
    ]
