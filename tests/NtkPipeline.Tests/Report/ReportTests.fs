module NtkPipeline.Tests.ReportTests

open System
open System.Net
open System.Text.RegularExpressions
open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SamplePage

let private real = lazy (SampleFindings.make false)

/// The script elements that hold code, by their contents.
let private programs (html: string) =
    Regex.Matches(html, @"<script>(.*?)</script>", RegexOptions.Singleline)
    |> Seq.map _.Groups[1].Value
    |> List.ofSeq

/// The page without its code: what was made from findings.
let private without (html: string) =
    Regex.Replace(html, @"<script>.*?</script>|<style>.*?</style>", "", RegexOptions.Singleline)

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

let tests =
    testList "Report" [
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
                let link = m.Groups[1].Value
                let beside = [ "results.csv"; "summary.json"; "submission.csv" ]

                Expect.isTrue
                    (link.StartsWith '#' || List.contains link beside)
                    $"links stay on the page, or go to what lies beside it: %s{link}"

        testCase "every link leads to a section, and no id stands twice"
        <| fun () ->
            let ids = [
                for m in Regex.Matches(without page.Value, @" id=""([^""]*)""") -> m.Groups[1].Value
            ]

            Expect.equal (List.distinct ids) ids "each once"

            for m in Regex.Matches(without page.Value, @"href=""#([^""]*)""") do
                Expect.contains ids m.Groups[1].Value "it exists"

        testCase "the contents name every section, in order"
        <| fun () ->
            let html = page.Value

            let sections = [
                for m in Regex.Matches(html, @"<section id=""([^""]*)""") -> m.Groups[1].Value
            ]

            let nav = Regex.Match(html, "<nav.*?</nav>", RegexOptions.Singleline).Value

            Expect.equal
                [ for m in Regex.Matches(nav, @"href=""#([^""]*)""") -> m.Groups[1].Value ]
                sections
                "each"

            Expect.equal sections.Head "answer" "the answer first"

        testCase "every heading can be linked to, and every figure saved as data and as a picture"
        <| fun () ->
            let html = without page.Value
            Expect.isFalse (Regex.IsMatch(html, "<h3>")) "an id each"
            let figures = Regex.Count(html, "<figure>")
            Expect.isGreaterThan figures 18 "the figures are there"

            for kind in [ "csv"; "svg" ] do
                Expect.equal (Regex.Count(html, $"data-save=\"%s{kind}\"")) figures kind

        testCase "every chapter of numbers names the results that it is made of"
        <| fun () ->
            for m in
                Regex.Matches(
                    without page.Value,
                    @"<section id=""([^""]*)"".*?</section>",
                    RegexOptions.Singleline
                ) do
                let id = m.Groups[1].Value
                let isOfNumbers = not (List.contains id [ "answer"; "glossary"; "limits"; "settings" ])
                Expect.equal (m.Value.Contains "Where these numbers come from") isOfNumbers id

            for source in synthetic.Value.Sources.Networks @ synthetic.Value.Sources.Kernel do
                Expect.stringContains (text page.Value) source.Stage "its stage"
                Expect.stringContains (text page.Value) source.Digest[..11] "its digest"

        testCase "a run without networks of its own has no chapter about them"
        <| fun () ->
            let html = Report.html SampleFindings.alone

            for id in [ "training"; "accuracy"; "movement"; "gaps"; "features"; "verdicts" ] do
                Expect.isFalse (html.Contains $"<section id=\"%s{id}\"") id

            Expect.stringContains html "<section id=\"kernel\"" "the kernel's is there"
            without html |> hasNoNonNumber

        testCase "hostile texts are shown, never obeyed"
        <| fun () ->
            let page = page.Value
            Expect.isFalse (page.Contains "<img") "no element comes from data"
            Expect.isFalse (page.Contains "onerror=\"") "no attribute either"
            Expect.isFalse ((without page).Contains "<b>") "evidence is text"
            Expect.stringContains (text page) (PlainLine.ofLines SampleData.hostile) "and they can be read"

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
                        PlainLine.ofLines verdict.Evidence
                        Standing.words (Standing.ofVerdict verdict)
                    ] do
                    Expect.stringContains text part part

        testCase "a synthetic sample is named in the page, in every chart and in every table; real data never"
        <| fun () ->
            let html = page.Value
            Expect.stringContains (text html) "SYNTHETIC SAMPLE — written by a program" "loudly"

            for m in Regex.Matches(html, @"<h3[^>]*>(.*?)</h3>", RegexOptions.Singleline) do
                let title = m.Groups[1].Value

                let isClaim =
                    synthetic.Value.Comparison.Verdicts
                    |> Array.exists (fun v -> title.StartsWith(nonNull (WebUtility.HtmlEncode v.Claim)))

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
    ]
