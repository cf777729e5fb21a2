module NtkPipeline.Tests.DescentClaimsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleRuns

let private error square : TestError = { Square = square; Wrong = 0.3 }

/// Evidence of random features on 100 rows, all distinct: test errors are given by method, share of flips and place.
let private evidence
    seeds
    noises
    (ridgeless: float -> float -> float)
    (tuned: float -> float)
    (trained: float -> float option)
    : DescentEvidence =
    let widths = [| for k in -12 .. 12 -> 100.0 * 2.0 ** (float k / 4.0) |> round |> int |]
    // Seeds differ by a tenth of a percent.
    let jitter number = 1.0 + 0.001 * float number

    {
        ValidationRows = 50
        Curves = [|
            for noise in noises do
                for number in 0 .. seeds - 1 do
                    {
                        Kind = FeatureKind.Random
                        Noise = noise
                        Member = number
                        Rows = 100
                        Distinct = 100
                        Flipped = int (100.0 * noise)
                        Columns = 10
                        Places =
                            widths
                            |> Array.map (fun width -> {
                                Width = width
                                Features = width
                                Rank = min 100 width
                                SmallestSingular = 0.01
                                Ridgeless = error (jitter number * ridgeless noise (float width))
                                RidgelessFit = 0.0
                                RidgelessNorm = 1.0
                                Tuned = error (jitter number * tuned (float width))
                                TunedRelativeRidge = 0.5
                            })
                    }
        |]
        Networks = [|
            for number in 0 .. seeds - 1 do
                {
                    Noise = 0.0
                    Member = number
                    Networks =
                        widths
                        |> Array.map (fun width -> {
                            Width = width
                            Parameters = width
                            Steps = 100
                            Fit = Some 0.001
                            Test =
                                trained (float width)
                                |> Option.map (fun square -> error (jitter number * square))
                        })
                }
        |]
    }

/// So high at one place, 1 far away.
let private peak at height (place: float) = 1.0 + (height - 1.0) * exp (-4.0 * (log (place / at)) ** 2.0)
let private flat (_: float) = 1.0

let private judge (claim: Claim<DescentEvidence>) evidence = claim.Judge evidence |> Array.last

let private ofRidgeless claim seeds at height =
    evidence seeds [ 0.0 ] (fun _ -> peak at height) flat (flat >> Some) |> judge claim

let tests =
    testList "DescentClaims" [
        testCase "the peak: at its place and high, elsewhere, low, and without a band"
        <| fun () ->
            let at = ofRidgeless DescentClaims.peaks

            at 3 100.0 4.0
            |> wants (Some true) [
                "100 features"
                "1.00 times the 100"
                "3.9"
                "0% of their labels"
                "N = 100"
                "100 of them distinct"
            ]

            at 3 250.0 4.0 |> wants (Some false) [ "not within a factor of 1.5" ]
            at 3 100.0 1.2 |> wants (Some false) [ "1.2" ]
            at 1 100.0 4.0 |> wants None [ "without a band" ]

        testCase "the peak: widths that do not reach two octaves cannot tell"
        <| fun () ->
            let whole = evidence 3 [ 0.0 ] (fun _ -> peak 100.0 4.0) flat (flat >> Some)

            let narrow = {
                whole with
                    Curves =
                        whole.Curves |> Array.map (fun curve -> { curve with Places = curve.Places[8..16] })
            }

            judge DescentClaims.peaks narrow |> wants None [ "do not reach two octaves" ]
            judge DescentClaims.removed narrow |> wants None [ "do not reach two octaves" ]

        testCase "the tuned ridge: removes the peak, leaves it, and cannot tell"
        <| fun () ->
            let removed seeds tuned =
                evidence seeds [ 0.2 ] (fun _ -> peak 100.0 4.0) tuned (flat >> Some)
                |> judge DescentClaims.removed

            removed 3 (fun place -> 1.0 / (1.0 + place))
            |> wants (Some true) [ "no width"; "Without a ridge it is 3.9"; "20% of their labels" ]

            removed 3 (peak 100.0 2.0) |> wants (Some false) [ "100 features"; "2.00" ]
            removed 1 flat |> wants None [ "without a band" ]

        testCase "flipped labels: raise the peak, lower it, leave it, and one share alone is not judged"
        <| fun () ->
            let noisy high =
                evidence
                    3
                    [ 0.0; 0.2 ]
                    (fun noise -> peak 100.0 (if noise > 0.0 then high else 2.0))
                    flat
                    (flat >> Some)
                |> judge DescentClaims.noiseRaises

            noisy 4.0 |> wants (Some true) [ "20% of labels"; "2.0" ]
            noisy 1.5 |> wants (Some false) [ "0.7" ]
            let one = evidence 1 [ 0.0; 0.2 ] (fun _ -> peak 100.0 4.0) flat (flat >> Some)
            judge DescentClaims.noiseRaises one |> wants None [ "without a band" ]

            Expect.isEmpty
                (DescentClaims.noiseRaises.Judge(evidence 3 [ 0.2 ] (fun _ -> flat) flat (flat >> Some)))
                "one share"

        testCase "trained networks: peak there, peak elsewhere, do not peak, and diverge"
        <| fun () ->
            let trained seeds errors =
                evidence seeds [ 0.0 ] (fun _ -> flat) flat errors |> judge DescentClaims.trained

            trained 3 (peak 100.0 3.0 >> Some) |> wants (Some true) [ "100 parameters"; "3.00" ]
            trained 3 (peak 200.0 3.0 >> Some) |> wants (Some false) [ "not within" ]
            trained 3 (peak 100.0 1.05 >> Some) |> wants (Some false) [ "1.05" ]
            trained 1 (peak 100.0 3.0 >> Some) |> wants None [ "without a band" ]
            trained 3 (fun _ -> None) |> wants None [ "diverged" ]

        testCase "the answer says the heights with and without a ridge, and nothing where they are not known"
        <| fun () ->
            let found = evidence 3 [ 0.0 ] (fun _ -> peak 100.0 4.0) flat (flat >> Some)
            let answer = Expect.wantSome (List.tryExactlyOne (DescentWords.answer found)) "a sentence"
            Expect.stringContains answer "Fitted to 100 tweets" "rows"
            Expect.stringContains answer "at least 3.99 times" "without"
            Expect.stringContains answer "is gone, at most 1.00 times" "tuned"

            let said ridgeless tuned =
                DescentWords.answer (evidence 3 [ 0.0 ] (fun _ -> ridgeless) tuned (flat >> Some))
                |> String.concat " "

            Expect.stringContains
                (said (peak 100.0 4.0) (peak 100.0 2.0))
                "leaves up to 2.00 times"
                "not gone"

            Expect.equal (said (peak 250.0 4.0) flat) "" "elsewhere"

            let none = {
                found with
                    Curves =
                        found.Curves |> Array.map (fun curve -> { curve with Places = curve.Places[..3] })
            }

            Expect.isEmpty (DescentWords.answer none) "nothing"
    ]
