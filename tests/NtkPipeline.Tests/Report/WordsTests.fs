/// What the report says in words: numbers, the answer, the console's lines, colours.
module NtkPipeline.Tests.WordsTests

open System
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core

let private synthetic = lazy (SampleFindings.make true)
let private real = lazy (SampleFindings.make false)

let private hasNoNonNumber (text: string) =
    Expect.isFalse
        (Regex.IsMatch(text, @"\bNaN\b|Infinity|∞(?! \(kernel\))"))
        "every number is one, or a dash"

let private words =
    testList "words" [
        testCase "numbers are short, and what is no number is a dash"
        <| fun () ->
            Expect.equal
                (List.map NumberText.number [
                    0.0
                    0.40123
                    12345.6
                    123456.0
                    -0.00042
                    9.9996e-7
                    nan
                    infinity
                ])
                [ "0"; "0.4012"; "12346"; "1.23·10⁵"; "−4.20·10⁻⁴"; "1.00·10⁻⁶"; "–"; "–" ]
                "number"

            Expect.equal
                (List.map NumberText.percent [ 0.0; 0.0251; 0.00012; 0.9994; 1.294; nan ])
                [ "0.0%"; "2.5%"; "0.012%"; "99.9%"; "129%"; "–" ]
                "percent"

            let aggregate mean deviation = { Mean = mean; StandardDeviation = deviation; Count = 3 }
            Expect.equal (NumberText.percents (aggregate 2.84 (Some 0.129))) "284% ± 13%" "percents"
            Expect.equal (NumberText.percents (aggregate 0.025 None)) "2.5%" "one seed"

            Expect.equal
                (NumberText.measured (aggregate 0.233147 (Some 0.007205)))
                "0.2331 ± 0.0072"
                "measured"

            Expect.equal (NumberText.score 0.8006) "0.801" "score"
            Expect.equal (NumberText.count 7613) "7,613" "count"

        testCase "LSA that stands in for a missing transformer is called so, with the command that brings one"
        <| fun () ->
            let chosen encoder (setting: string) =
                let findings = real.Value

                {
                    findings with
                        Features = { findings.Features with Encoder = encoder }
                        Settings = [| { Key = "embed.encoder"; Value = setting; Source = "default" } |]
                }

            let says (findings: Findings) =
                let lines = ReportText.lines findings |> List.exists _.Contains("ntk fetch model")

                Expect.equal
                    ((Report.html findings).Contains "ntk fetch model")
                    lines
                    "report and console agree"

                lines

            Expect.isTrue (says (chosen "lsa 384" "auto")) "it stands in"
            Expect.isFalse (says (chosen "lsa 384" "lsa")) "it was asked for"
            Expect.isFalse (says (chosen "all-MiniLM-L6-v2" "auto")) "the transformer was there"

        testCase "charts speak of the networks that the verdicts are about: those of the main rate"
        <| fun () ->
            let at rate (findings: Findings) = {
                findings with
                    Comparison = { findings.Comparison with MainRate = rate }
            }

            let shown findings =
                WidthSeries.main findings
                |> Array.map (fun series -> InputScale.print series.Spec.InputScale, series.Spec.Rate)

            Expect.equal (shown real.Value) [| "sqrt-d", 1.0; "unit", 1.0 |] "most widths have it here"
            Expect.isEmpty (WidthSeries.standIns real.Value) "nothing stands in"
            // One width alone was trained with 1.9 units, and at one scale.
            let other = at 1.9 real.Value
            Expect.equal (shown other) [| "sqrt-d", 1.9; "unit", 1.0 |] "the few that have it, or the nearest"

            match WidthSeries.standIns other with
            | [ sentence ] ->
                Expect.stringContains
                    sentence
                    "At ‖x‖ = 1 no network was trained with the main rate, 1.9"
                    "said"

                Expect.exists (ReportText.lines other) _.Contains(sentence) "on the console"
                Expect.stringContains (Report.html other) "At ‖x‖ = 1 no network" "and in the report"
            | other -> failtest $"%A{other}"

        testCase "the line that calls a network lazy stands where the setting puts it, and is called so"
        <| fun () ->
            let lines threshold =
                let findings = {
                    real.Value with
                        Comparison = { real.Value.Comparison with LazyThreshold = threshold }
                }

                WidthCurves.movement findings.Comparison.LazyThreshold
                |> Curves.drawAll (WidthSeries.main findings |> Array.collect _.Runs)
                |> List.map (Figure.json false)

            let drawn = lines 0.125 |> List.filter _.Contains("\"12.5%\"")
            Expect.equal drawn.Length 3 "two input scales by epoch, and one chart by width"
            Expect.all drawn _.Contains("0.125") "at its place"
            Expect.isFalse (lines 0.125 |> List.exists _.Contains("\"5%\"")) "no other"
            Expect.isFalse (lines 0.0 |> List.exists _.Contains("\"0.0%\"")) "0 has no logarithm"

        testCase "the console's lines turn no words around"
        <| fun () ->
            let named = { real.Value with Data = { real.Value.Data with Name = "x\u202Etxt.exe" } }

            Expect.isFalse
                (ReportText.lines named |> List.exists _.Contains('\u202E'))
                "the console's lines too"

        testCase "the console's lines name the data, the kernel, each width and each verdict"
        <| fun () ->
            let lines = ReportText.lines synthetic.Value
            Expect.isGreaterThan lines.Length 10 "enough"
            Expect.isLessThan lines.Length 32 "not too many"
            Expect.stringContains lines[0] "synthetic sample" "the data first"
            Expect.isFalse (lines |> Seq.exists (Seq.exists Char.IsControl)) "nothing that a terminal obeys"

            Expect.isFalse
                ((String.concat "" (ReportText.lines real.Value)).Contains "synthetic")
                "only where it is one"

            for width in [ 16; 64; 256; 1024; 4096 ] do
                let own = lines |> List.filter (fun line -> line.StartsWith $"  m = %-5d{width}")
                Expect.equal own.Length 2 "one a scale"

            Expect.exists lines (fun line -> line.Contains "1 of 3 runs diverged") "said plainly"
            Expect.equal (lines |> List.filter (fun line -> line.StartsWith "verdict")).Length 5 "all"
            ReportText.lines SampleFindings.barren |> String.concat "\n" |> hasNoNonNumber

        testCase "thinning keeps the ends"
        <| fun () ->
            let thinned = FigureSeries.thin 7 [| 0..100 |]
            Expect.equal (thinned.Length, thinned[0], thinned[6]) (7, 0, 100) "first and last"
            Expect.equal (FigureSeries.thin 7 [| 1; 2 |]) [| 1; 2 |] "nothing to do"
    ]

let tests = testList "Report words" [ words ]
