/// Debian's chromium, or Chrome, by Playwright, with a report in it. Nothing is downloaded but the package; the browser is the one that is
/// installed.
module Browse

#r "nuget: Microsoft.Playwright, 1.64.1"

open System
open System.Collections.Generic
open System.IO
open System.Threading.Tasks
open Microsoft.Playwright

let report = fsi.CommandLineArgs |> Array.last |> Path.GetFullPath
let failures = List<string>()

let expect (holds: bool) (what: string) =
    printfn $"""%s{if holds then "ok" else "WRONG"}: %s{what}"""

    if not holds then
        failures.Add what

let wait (task: Task<'a>) : 'a = task.GetAwaiter().GetResult()
let await (task: Task) : unit = task.GetAwaiter().GetResult()

// ---- the browser ----

let package =
    Path.GetFullPath(
        Path.Combine(nonNull (Path.GetDirectoryName typeof<IPlaywright>.Assembly.Location), "..", "..")
    )

Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", package)

let installed =
    [ "/usr/bin/chromium"; "/usr/bin/chromium-browser"; "/usr/bin/google-chrome" ]
    |> List.tryFind File.Exists

match installed with
| Some _ -> ()
| None ->
    eprintfn "no chromium is installed: apt-get install chromium"
    exit 1

let playwright = wait (Playwright.CreateAsync())

let browser =
    wait (
        playwright.Chromium.LaunchAsync(
            BrowserTypeLaunchOptions(ExecutablePath = Option.get installed, Args = [| "--no-sandbox" |])
        )
    )

/// A page of a width with the report in it; what it complains of is collected.
let openReport (width: int) (scheme: ColorScheme) (complaints: List<string>) : IPage =
    let context =
        wait (
            browser.NewContextAsync(
                BrowserNewContextOptions(
                    ViewportSize = ViewportSize(Width = width, Height = 900),
                    ColorScheme = Nullable scheme,
                    AcceptDownloads = true
                )
            )
        )

    let page = wait (context.NewPageAsync())

    page.Console.Add(fun said ->
        if said.Type = "error" then
            complaints.Add said.Text)

    page.PageError.Add complaints.Add
    page.RequestFailed.Add(fun request -> complaints.Add $"%s{request.Url} failed")

    page.Request.Add(fun request ->
        if
            not (
                request.Url.StartsWith "file:"
                || request.Url.StartsWith "data:"
                || request.Url.StartsWith "blob:"
            )
        then
            complaints.Add $"it asks the network for %s{request.Url}")

    wait (page.GotoAsync(Uri(report).AbsoluteUri)) |> ignore
    page

let number (page: IPage) (script: string) : float = wait (page.EvaluateAsync<float> script)
let text (page: IPage) (script: string) : string = wait (page.EvaluateAsync<string> script)
let holds (page: IPage) (script: string) : bool = wait (page.EvaluateAsync<bool> script)

/// Looks at every figure in turn, each until it is drawn or half a minute has passed: figures are drawn when they come near the screen.
let look (page: IPage) =
    let look =
        """async () => {
            const isDrawn = c => { const s = c.querySelector('svg.main-svg'); return s && s.getBoundingClientRect().height > 100; };
            for (const chart of document.querySelectorAll('figure .chart')) {
                chart.scrollIntoView({ block: 'center' });
                for (let k = 0; k < 300 && !isDrawn(chart); k++) await new Promise(r => setTimeout(r, 100));
            }
            window.scrollTo(0, 0);
        }"""

    await (page.EvaluateAsync look :> Task)

let figures = "Array.from(document.querySelectorAll('figure .chart'))"
