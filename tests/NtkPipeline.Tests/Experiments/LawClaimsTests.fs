/// Laws of networks against their width, and what is claimed of them.
module NtkPipeline.Tests.LawClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

/// Networks whose measures are powers of the width, with a little noise that is each seed's own: `power` tells the exponent.
let networks seeds (power: string -> float) : NetworkRun[] = [|
    for width in [ 16; 128; 512; 2048 ] do
        for number in 0 .. seeds - 1 do
            let noise = 1.0 + 0.02 * cos (float (width + 5 * number))
            // Off the law where it is narrow.
            let at name = if width < 128 then 7.0 else noise * 3.0 * float width ** power name
            let gap name = Some { Rms = at name; Sup = at name }
            let one = run width number 1.0 0.1 []

            {
                one with
                    InitKernelError = at "init"
                    DeltaTheta = Some(at "delta")
                    Epochs =
                        one.Epochs
                        |> Array.map (fun measures -> {
                            measures with
                                DeltaTheta = if measures.Epoch = 0 then 0.0 else at "delta"
                                GapToKernelValidation = gap "kernel"
                                GapToLinearisedValidation = gap "linearised"
                                WeightMovement = [| at "weights"; at "weights" |]
                                FeatureMovement = [| at "features" |]
                                FlippedGates = Some(at "gates")
                        })
            }
|]

let family runs =
    WidthLaws.atEpochs 300 (Seed.root 4UL) ("subset", "some") "steps" [ 10; 50 ] "a setting" runs

let private theory (_: string) = -0.5

let private verdicts power =
    let family = family (networks 3 power)
    LawClaims.all 0.1 |> List.collect (fun claim -> List.ofArray (claim.Judge family)) |> Array.ofList

let tests =
    testList "WidthLaws" [
        testCase "exponents are found after each time, from width 128 on, of every layer"
        <| fun () ->
            let power name =
                if name = "init" then -0.5
                elif name = "gates" then -0.25
                else -0.8

            let found = family (networks 3 power)

            let laws = found.Laws |> Array.map (fun law -> law.Quantity, law.Time)

            Expect.equal
                laws
                [|
                    yield Quantity.InitKernelError, 0
                    for quantity in
                        [
                            Quantity.DeltaTheta
                            Quantity.GapToKernel
                            Quantity.GapToLinearised
                            Quantity.WeightMovement 0
                            Quantity.WeightMovement 1
                            Quantity.FeatureMovement 0
                            Quantity.FlippedGates
                        ] do
                        for time in [ 10; 50 ] do
                            yield quantity, time
                |]
                "each"

            for law in found.Laws do
                let fit = Expect.wantSome law.Fit "a line"

                let expected =
                    match law.Quantity with
                    | Quantity.InitKernelError -> -0.5
                    | Quantity.FlippedGates -> -0.25
                    | _ -> -0.8

                Expect.isLessThan (abs (fit.Slope - expected)) 0.02 $"%A{law.Quantity}"
                Expect.isTrue (fit.Lower <= fit.Slope && fit.Slope <= fit.Upper) "in its band"
                Expect.isTrue law.IsResampled "seeds drawn anew"

                Expect.equal
                    (law.Places |> Array.map (fun p -> p.Width, p.Seeds))
                    [| 16, 3; 128, 3; 512, 3; 2048, 3 |]
                    "all are shown"

                Expect.isTrue
                    (law.Places
                     |> Array.forall (fun p -> p.Least <= 1.0000001 * p.Mean && p.Mean <= 1.0000001 * p.Most))
                    "ordered"

        testCase "after all of training it is what all training rows say"
        <| fun () ->
            let found = WidthLaws.atEnd 300 (Seed.root 4UL) ("run", "run") "s" (networks 2 (fun _ -> -0.6))
            let delta = (found.Of Quantity.DeltaTheta) |> Array.exactlyOne
            Expect.equal (delta.Time, found.Unit) (50, "epochs") "the last"
            Expect.isLessThan (abs ((Expect.wantSome delta.Fit "a line").Slope + 0.6)) 0.02 "its exponent"

        testCase "the table holds the laws that could be fitted, and says how many could not"
        <| fun () ->
            let found = family (networks 3 theory)

            let cut count = {
                found with
                    Laws =
                        found.Laws
                        |> Array.mapi (fun k law -> if k < count then { law with Fit = None } else law)
            }

            let whole = List.exactlyOne (ConvergenceTables.laws [| found |])
            Expect.equal (whole.Rows.Length, whole.Notes.Length) (found.Laws.Length, 1) "all"
            let less = List.exactlyOne (ConvergenceTables.laws [| cut 2 |])
            Expect.equal less.Rows.Length (found.Laws.Length - 2) "two less"
            Expect.stringContains (List.last less.Notes) "2 rows" "and told"
            Expect.isEmpty (ConvergenceTables.laws [| cut found.Laws.Length |]) "none"

        testCase "claims hold where exponents are theory's"
        <| fun () ->
            for verdict in verdicts theory do
                verdict |> wants (Some true) [ "a setting"; "m^−0.5"; "seeds drawn anew" ]

        testCase "bounds may be kept by more, exact laws not; and neither by less"
        <| fun () ->
            let steep = verdicts (fun _ -> -0.9)

            Expect.equal
                (steep |> Array.map _.Holds)
                [| Some false; Some false; Some true; Some true; Some true; Some true |]
                "steep"

            let flat = verdicts (fun _ -> -0.1)
            Expect.allEqual (flat |> Array.map _.Holds) (Some false) "flat"
            flat[2] |> wants (Some false) [ "ΔΘ"; "m^−0.1"; "after 10 steps"; "after 50 steps"; "≤ −0.5" ]

        testCase "a band across the edge cannot be told, nor can what nobody has"
        <| fun () ->
            let wide = { Slope = -0.42; Lower = -0.5; Upper = -0.3 }
            Expect.isNone (LawClaims.agrees 0.1 (LawBound.Exactly -0.5) wide) "across −0.4"
            Expect.isNone (LawClaims.agrees 0.1 (LawBound.AtMost -0.5) wide) "across −0.4"

            Expect.equal
                (LawClaims.agrees 0.1 (LawBound.AtMost -0.5) { wide with Upper = -0.41 })
                (Some true)
                "below it"

            Expect.equal
                (LawClaims.agrees 0.1 (LawBound.AtMost -0.5) { wide with Lower = -0.39 })
                (Some false)
                "above it"

            let judge runs = (List.item 1 (LawClaims.all 0.1)).Judge(family runs) |> Array.exactlyOne

            networks 3 theory
            |> Array.map (fun run -> {
                run with
                    Epochs = run.Epochs |> Array.map (fun m -> { m with GapToKernelValidation = None })
            })
            |> judge
            |> wants None [ "No network has these numbers" ]

            networks 1 theory
            |> Array.filter (fun run -> run.Spec.Width <= 128)
            |> judge
            |> wants None [ "no power law can be fitted" ]

        testCase "one seed a width takes its band from the line, and says so"
        <| fun () ->
            let verdict =
                (List.item 0 (LawClaims.all 0.1)).Judge(family (networks 1 theory)) |> Array.exactlyOne

            Expect.stringContains verdict.Evidence "the scatter about the line" "where it comes from"

        testCase "networks that diverged are counted, and measured as long as they lived"
        <| fun () ->
            let runs = networks 3 theory
            let found = family (Array.append [| diverge runs[3] |] runs[4..])
            Expect.equal (found.Networks, found.Diverged) (9, 1) "counted"
            let places time = (found.Of Quantity.GapToKernel) |> Array.find (fun law -> law.Time = time)
            Expect.equal (places 10).Places[0].Seeds 3 "after 10 it was there"
            Expect.equal (places 50).Places[0].Seeds 2 "after 50 it was not"
            let all = family (runs |> Array.map diverge)
            Expect.isEmpty (all.Laws |> Array.filter (fun law -> law.Time = 50)) "nothing is left"
    ]
