module NtkPipeline.Tests.ReportTests

open System
open System.IO
open System.Net
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core

let private synthetic = lazy (SampleFindings.make true)
let private real = lazy (SampleFindings.make false)
let private page = lazy (Report.html synthetic.Value)

/// The script elements that hold code, by their contents.
let private programs (html: string) =
    Regex.Matches(html, @"<script>(.*?)</script>", RegexOptions.Singleline)
    |> Seq.map _.Groups[1].Value
    |> List.ofSeq

/// The page without its code: what was made from findings.
let private without (html: string) =
    Regex.Replace(html, @"<script>.*?</script>|<style>.*?</style>", "", RegexOptions.Singleline)

/// The charts' JSON, parsed.
let private charts (html: string) =
    Regex.Matches(
        html,
        @"<script type=""application/json"" id=""([^""]*)-data"">(.*?)</script>",
        RegexOptions.Singleline
    )
    |> Seq.map (fun m -> m.Groups[1].Value, JsonDocument.Parse(m.Groups[2].Value).RootElement)
    |> List.ofSeq

/// What a reader sees.
let private text (html: string) =
    Regex.Replace(without html, @"<script.*?</script>", "", RegexOptions.Singleline)
    |> fun html -> Regex.Replace(html, "<[^>]*>", " ")
    |> WebUtility.HtmlDecode
    |> string

let private hasNoNonNumber (text: string) =
    Expect.isFalse
        (Regex.IsMatch(text, @"\bNaN\b|Infinity|∞(?! \(kernel\))"))
        "every number is one, or a dash"

/// Every coordinate of a chart's traces.
let private numbers (chart: JsonElement) =
    let rec within (element: JsonElement) : float seq =
        match element.ValueKind with
        | JsonValueKind.Array -> element.EnumerateArray() |> Seq.collect within
        | JsonValueKind.Number -> Seq.singleton (element.GetDouble())
        | _ -> Seq.empty

    chart.GetProperty("data").EnumerateArray()
    |> Seq.collect (fun trace ->
        [ "x"; "y"; "z" ]
        |> Seq.collect (fun name ->
            match trace.TryGetProperty name with
            | true, values -> within values
            | _ -> Seq.empty))

let private html =
    testList "html" [
        testCase "it carries plotly.js exactly once, and one program that draws"
        <| fun () ->
            match programs page.Value with
            | [ plotly; program ] ->
                Expect.isGreaterThan plotly.Length 3_000_000 "all of plotly.js"
                Expect.stringContains plotly[..200] "plotly.js v" "its name stands first"
                Expect.stringContains program "Plotly.newPlot" "it draws"
            | other -> failtest $"there are %d{other.Length} programs"

        testCase "it asks no host for anything, and forbids the browser to"
        <| fun () ->
            let page = without page.Value

            Expect.isFalse
                (Regex.IsMatch(page, @"https?:|//\w+\.\w|@import|url\(", RegexOptions.IgnoreCase))
                "no address"

            Expect.isFalse
                (Regex.IsMatch(page, @"<(link|img|iframe|object|embed|base|form)\b"))
                "nothing that loads"

            Expect.isFalse (Regex.IsMatch(page, @"<[^>]*\bsrc=", RegexOptions.IgnoreCase)) "no source"
            Expect.stringContains page "default-src &#39;none&#39;" "the policy stands in the head"

            for m in Regex.Matches(page, @"href=""([^""]*)""") do
                Expect.stringStarts m.Groups[1].Value "#" "links stay on the page"

        testCase "every link leads to a section, and no id stands twice"
        <| fun () ->
            let ids = [
                for m in Regex.Matches(without page.Value, @" id=""([^""]*)""") -> m.Groups[1].Value
            ]

            Expect.equal (List.distinct ids) ids "each once"

            for m in Regex.Matches(without page.Value, @"href=""#([^""]*)""") do
                Expect.contains ids m.Groups[1].Value "it exists"

        testCase "hostile texts are shown, never obeyed"
        <| fun () ->
            let page = page.Value
            Expect.isFalse (page.Contains "<img") "no element comes from data"
            Expect.isFalse (page.Contains "onerror=\"") "no attribute either"
            Expect.isFalse ((without page).Contains "<b>") "evidence is text"
            Expect.stringContains (text page) SampleFindings.hostile "and they can be read"

            Expect.equal
                (Regex.Count(page, "</script>"))
                (Regex.Count(page, "<script[ >]"))
                "no element ends early"

        testCase "the same findings give the same bytes"
        <| fun () -> Expect.equal (Report.html (SampleFindings.make true)) page.Value "byte for byte"

        testCase "every verdict stands there with its claim, setting, evidence and outcome"
        <| fun () ->
            let text = text page.Value

            for verdict in synthetic.Value.Comparison.Verdicts do
                for part in
                    [
                        verdict.Claim
                        verdict.Setting
                        verdict.Evidence
                        Answer.words (Answer.ofVerdict verdict)
                    ] do
                    Expect.stringContains text part part

        testCase "a synthetic sample is named in the page, in every chart and in every table; real data never"
        <| fun () ->
            let html = page.Value
            Expect.stringContains (text html) "SYNTHETIC SAMPLE — written by a program" "loudly"

            for m in Regex.Matches(html, @"<(h3|caption)>(.*?)</\1>", RegexOptions.Singleline) do
                let title = m.Groups[2].Value

                let isClaim =
                    synthetic.Value.Comparison.Verdicts
                    |> Array.exists (fun v -> WebUtility.HtmlEncode v.Claim = title)

                Expect.isTrue (isClaim || title.Contains "synthetic sample") title

            for id, chart in charts html do
                Expect.stringContains (chart.GetProperty("layout").GetRawText()) "synthetic sample" id

            Expect.isFalse
                ((without (Report.html real.Value)).Contains("synthetic", StringComparison.OrdinalIgnoreCase))
                "not one word"

        testCase "no number is anything but a number, even where everything diverged"
        <| fun () ->
            for findings in [ synthetic.Value; SampleFindings.barren ] do
                without (Report.html findings) |> hasNoNonNumber

            Expect.stringContains
                (text (Report.html SampleFindings.barren))
                "– (all diverged)"
                "a dash has its reason"

        testCase "every chart has data, its place, titles on both axes, and numbers of six digits"
        <| fun () ->
            let charts = charts page.Value
            Expect.isGreaterThan charts.Length 18 "the charts are there"

            for id, chart in charts do
                Expect.stringContains page.Value $"class=\"chart\" id=\"%s{id}\"" "its place"
                Expect.isGreaterThan (chart.GetProperty("data").GetArrayLength()) 0 id
                let layout = chart.GetProperty "layout"

                for axis in [ "xaxis"; "yaxis" ] do
                    let title =
                        layout.GetProperty(axis).GetProperty("title").GetProperty("text").GetString()
                        |> string

                    if id <> "kernel-picture" || axis = "xaxis" then
                        Expect.isGreaterThan title.Length 3 $"%s{id} %s{axis}"

                Expect.isFalse
                    (numbers chart |> Seq.exists (fun number -> FigureSeries.round 6 number <> number))
                    id

        testCase "a chart's line is the mean of its seeds"
        <| fun () ->
            let _, chart = charts page.Value |> List.find (fun (id, _) -> id = "learning-0")

            let line =
                chart.GetProperty("data").EnumerateArray()
                |> Seq.find (fun trace ->
                    trace.GetProperty("name").GetString() = "m = 64" && trace.TryGetProperty "marker" |> fst)

            let mean =
                synthetic.Value.Networks
                |> Array.filter (fun run ->
                    run.Width = 64
                    && run.InputScale = "unit"
                    && run.LearningRate = 1.0
                    && run.Diverged.IsNone)
                |> Array.averageBy (fun run -> (Array.last run.Epochs).Validation.Accuracy)

            let shown = line.GetProperty("y").EnumerateArray() |> Seq.last |> _.GetDouble()
            Expect.floatClose { absolute = 1e-6; relative = 0.0 } shown mean "without the diverged run"
    ]

let private summary =
    let stages = [|
        { Name = "read-tweets/train"; Key = "ab12"; Cached = true; Seconds = 0.0 }
        { Name = "report"; Key = "cd34"; Cached = false; Seconds = 1.25 }
    |]

    let parse findings = JsonDocument.Parse(SummaryJson.write findings 61.5 stages).RootElement

    let names (element: JsonElement) = element.EnumerateObject() |> Seq.map _.Name |> Set.ofSeq

    let has (keys: string list) (element: JsonElement) =
        Expect.isEmpty (Set.difference (Set.ofList keys) (names element)) "every key of the contract"

    let number (name: string) (element: JsonElement) = element.GetProperty(name).GetDouble()

    testList "summary.json" [
        testCase "it holds every key of the contract with the findings' values"
        <| fun () ->
            let findings = synthetic.Value
            let root = parse findings
            has [ "data"; "kernelRegression"; "networks"; "verdict"; "seconds"; "stages" ] root
            let data = root.GetProperty "data"
            has [ "name"; "synthetic"; "trainRows"; "testRows"; "encoder"; "features" ] data
            Expect.equal (data.GetProperty("name").GetString()) findings.Data.Name "even a hostile one"
            Expect.isTrue (data.GetProperty("synthetic").GetBoolean()) "it says so"

            Expect.equal
                [
                    for key in [ "trainRows"; "testRows"; "features" ] -> data.GetProperty(key).GetInt32()
                ]
                [ 7613; 3263; 128 ]
                "counts"

            let kernel = root.GetProperty "kernelRegression"

            Expect.equal
                [
                    for key in
                        [
                            "ridge"
                            "cvAccuracy"
                            "cvF1"
                            "looAccuracy"
                            "validationAccuracy"
                            "validationF1"
                            "validationAuc"
                        ] -> number key kernel
                ]
                [
                    findings.Kernel.Chosen.Ridge
                    findings.Kernel.Chosen.CvAccuracy
                    findings.Kernel.Chosen.CvF1
                    findings.Kernel.Chosen.LooAccuracy
                    findings.Kernel.Validation.Accuracy
                    findings.Kernel.Validation.F1
                    findings.Kernel.Validation.Auc
                ]
                "bit for bit"

            Expect.equal (number "seconds" root) 61.5 "given"

        testCase "each network has its outcome, and a diverged one has nulls"
        <| fun () ->
            let networks = (parse synthetic.Value).GetProperty "networks"
            Expect.equal (networks.GetArrayLength()) synthetic.Value.Networks.Length "all runs"

            for json, run in Seq.zip (networks.EnumerateArray()) synthetic.Value.Networks do
                Expect.equal (json.GetProperty("width").GetInt32()) run.Width "width"
                Expect.equal (json.GetProperty("seed").GetInt32()) run.Member "seed"
                Expect.equal (number "learningRate" json) run.LearningRate "rate"
                Expect.equal (json.GetProperty("steps").GetInt32()) run.Steps "steps"
                Expect.equal (json.GetProperty("inputScale").GetString()) run.InputScale "scale"
                Expect.equal (number "initKernelError" json) run.InitKernelError "before training"
                let last = Array.last run.Epochs

                for key, value in
                    [
                        "validationAccuracy", Some last.Validation.Accuracy
                        "validationF1", Some last.Validation.F1
                        "deltaTheta", run.DeltaTheta
                        "gapToKernel", last.GapToKernelValidation |> Option.map _.Rms
                        "gapToLinearised", last.GapToLinearisedValidation |> Option.map _.Rms
                    ] do
                    let expected = if run.Diverged.IsSome then None else value

                    let found =
                        match json.GetProperty(key).ValueKind with
                        | JsonValueKind.Null -> None
                        | _ -> Some(number key json)

                    Expect.equal found expected key

        testCase "verdicts may be open, stages say whether they ran"
        <| fun () ->
            let root = parse synthetic.Value

            for json, verdict in
                Seq.zip (root.GetProperty("verdict").EnumerateArray()) synthetic.Value.Comparison.Verdicts do
                Expect.equal (json.GetProperty("claim").GetString()) verdict.Claim "claim"
                Expect.equal (json.GetProperty("evidence").GetString()) verdict.Evidence "evidence"

                let holds =
                    match json.GetProperty("holds").ValueKind with
                    | JsonValueKind.Null -> None
                    | _ -> Some(json.GetProperty("holds").GetBoolean())

                Expect.equal holds verdict.Holds "null where it cannot be decided"

            let found = [|
                for json in root.GetProperty("stages").EnumerateArray() ->
                    {
                        Name = json.GetProperty("name").GetString() |> string
                        Key = json.GetProperty("key").GetString() |> string
                        Cached = json.GetProperty("cached").GetBoolean()
                        Seconds = number "seconds" json
                    }
            |]

            Expect.equal found stages "as given"

        testCase "where everything diverged it is still JSON"
        <| fun () ->
            let networks = (parse SampleFindings.barren).GetProperty "networks"

            for json in networks.EnumerateArray() do
                Expect.equal
                    (json.GetProperty("validationAccuracy").ValueKind)
                    JsonValueKind.Null
                    "no outcome"
    ]

let private words =
    testList "words" [
        testCase "numbers are short, and what is no number is a dash"
        <| fun () ->
            Expect.equal
                (List.map Show.number [ 0.0; 0.40123; 12345.6; 123456.0; -0.00042; 9.9996e-7; nan; infinity ])
                [ "0"; "0.4012"; "12346"; "1.23·10⁵"; "−4.20·10⁻⁴"; "1.00·10⁻⁶"; "–"; "–" ]
                "number"

            Expect.equal
                (List.map Show.percent [ 0.0; 0.0251; 0.00012; 0.9994; 1.294; nan ])
                [ "0.0%"; "2.5%"; "0.012%"; "99.9%"; "129%"; "–" ]
                "percent"

            let aggregate mean deviation = { Mean = mean; StandardDeviation = deviation; Count = 3 }
            Expect.equal (Show.percents (aggregate 2.84 (Some 0.129))) "284% ± 13%" "percents"
            Expect.equal (Show.percents (aggregate 0.025 None)) "2.5%" "one seed"
            Expect.equal (Show.measured (aggregate 0.233147 (Some 0.007205))) "0.2331 ± 0.0072" "measured"
            Expect.equal (Show.score 0.8006) "0.801" "score"
            Expect.equal (Show.count 7613) "7,613" "count"

        testCase "the headline counts claims, not settings"
        <| fun () ->
            Expect.equal
                (Answer.headline synthetic.Value)
                "Of 3 expected observations, 2 depend on the setting and one cannot be decided."
                "from the verdicts"

            Expect.equal (Answer.headline SampleFindings.barren) "No expected observation was judged." "none"

            let only holds =
                let verdict = { Claim = "c"; Setting = "s"; Holds = holds; Evidence = "e" }

                Answer.headline {
                    real.Value with
                        Comparison = { real.Value.Comparison with Verdicts = [| verdict |] }
                }

            Expect.equal (only (Some false)) "The one expected observation does not hold." "one"

        testCase "the console's lines name the data, the kernel, each width and each verdict"
        <| fun () ->
            let lines = ReportText.lines synthetic.Value
            Expect.isGreaterThan lines.Length 10 "enough"
            Expect.isLessThan lines.Length 25 "not too many"
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

        testCase "wide is dark, narrow is light, and one width has a colour"
        <| fun () ->
            let lightness (hex: string) =
                [ 1; 3; 5 ] |> List.sumBy (fun k -> Convert.ToInt32(hex.Substring(k, 2), 16))

            let colours = [ for k in 0..4 -> Palette.ordered k 5 ]
            Expect.equal (List.distinct colours).Length 5 "all differ"
            Expect.isGreaterThan (lightness colours[0]) (lightness colours[4]) "by width"
            Expect.stringStarts (Palette.ordered 0 1) "#" "one"

        testCase "thinning keeps the ends"
        <| fun () ->
            let thinned = FigureSeries.thin 7 [| 0..100 |]
            Expect.equal (thinned.Length, thinned[0], thinned[6]) (7, 0, 100) "first and last"
            Expect.equal (FigureSeries.thin 7 [| 1; 2 |]) [| 1; 2 |] "nothing to do"
    ]

let private submission =
    testList "submission.csv" [
        testCase "it is Kaggle's format: id and target, 1 where f > 0, in the given order"
        <| fun () ->
            Expect.equal
                (Submission.csv [| 11; 0; 2; 9 |] [| 0.5; -0.5; 0.0; 1e-300 |])
                "id,target\n11,1\n0,0\n2,0\n9,1\n"
                "zero is not positive"

            Expect.equal (Submission.csv [||] [||]) "id,target\n" "an empty test set"

        testCase "sizes that disagree, and outputs that are no numbers, are our bug"
        <| fun () ->
            Expect.throwsT<ArgumentException> (fun () -> Submission.csv [| 1 |] [||] |> ignore) "sizes"
            Expect.throwsT<ArgumentException> (fun () -> Submission.csv [| 1 |] [| nan |] |> ignore) "NaN"
    ]

let tests = testList "Report" [ html; summary; words; submission ]
