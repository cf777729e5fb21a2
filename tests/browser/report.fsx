// A report in a real browser:  dotnet fsi tests/browser/report.fsx REPORT.html
#load "browse.fsx"

open System
open System.IO
open System.Threading.Tasks
open Microsoft.Playwright
open Browse

let drawn (width: int) (scheme: ColorScheme) =
    let complaints = ResizeArray<string>()
    let page = openReport width scheme complaints
    look page
    let all = number page $"%s{figures}.length"

    let sound =
        number
            page
            $"%s{figures}.filter(c => {{ const s = c.querySelector('svg.main-svg'); return s && s.getBoundingClientRect().height > 100; }}).length"

    expect (all > 0.0 && all = sound) $"%d{width} px, %O{scheme}: %g{sound} of %g{all} figures are drawn"
    let wide = number page "document.documentElement.scrollWidth"
    expect (wide <= float width) $"%d{width} px, %O{scheme}: the page is %g{wide} px wide"
    page, complaints

let sorted (page: IPage) =
    let result =
        text
            page
            """(() => {
                const wrong = []; let count = 0;
                // Cells whose number is plain; powers of ten and what is missing are the page's own business.
                const plain = t => {
                    const found = /^[^\d+\-–∞]*([+-]?\d+(\.\d+)?)(?!·|\d|\.|e)/.exec(t.replace(/−/g, '-').replace(/(\d),(?=\d{3})/g, '$1').trim());
                    return found ? Number(found[1]) : null;
                };
                for (const table of document.querySelectorAll('table:has(thead)')) {
                    if (table.tBodies[0].rows.length < 2) continue;
                    Array.from(table.tHead.rows[0].cells).forEach((heading, k) => {
                        const button = heading.querySelector('button');
                        if (!button) { wrong.push('no button in ' + heading.textContent); return; }
                        const cells = () => Array.from(table.tBodies[0].rows).map(row => row.cells[k].textContent);
                        const before = cells().join('|');
                        button.click(); count++;
                        if (heading.getAttribute('aria-sort') !== 'ascending') wrong.push(heading.textContent + ' says nothing');
                        if (heading.classList.contains('number')) {
                            const values = cells().map(plain).filter(x => x !== null);
                            if (values.some((x, i) => i && x < values[i - 1])) wrong.push(heading.textContent + ': ' + values);
                        }
                        button.click(); button.click();
                        if (cells().join('|') !== before) wrong.push(heading.textContent + ' does not go back');
                    });
                }
                return count + ';' + wrong.join('; ');
            })()"""

    let parts = result.Split(';', 2)

    expect
        (parts[1] = "" && int parts[0] > 3)
        $"%s{parts[0]} columns sort, and go back as they were %s{parts[1]}"

let zoomed (page: IPage) =
    let plot = page.Locator("figure .chart:has(.nsewdrag)").First
    await (plot.ScrollIntoViewIfNeededAsync())

    let range () =
        text
            page
            "JSON.stringify(document.querySelector('figure .chart:has(.nsewdrag)')._fullLayout.xaxis.range)"

    let press (value: string) =
        await (plot.HoverAsync())
        await (plot.Locator($"a.modebar-btn[data-val=%s{value}]").ClickAsync())
        await (page.WaitForTimeoutAsync 1000.0f)

    let before = range ()
    press "in"
    let near = range ()
    press "reset"

    expect
        (near <> before && range () = before)
        $"a figure is zoomed by its buttons and taken back: %s{before} → %s{near}"

    press "zoom"
    let box = wait (plot.Locator(".nsewdrag").First.BoundingBoxAsync())

    let go share steps =
        await (
            page.Mouse.MoveAsync(
                box.X + box.Width * share,
                box.Y + box.Height * share,
                MouseMoveOptions(Steps = Nullable steps)
            )
        )

    go 0.3f 1
    await (page.Mouse.DownAsync())
    go 0.7f 8
    await (page.Mouse.UpAsync())
    await (page.WaitForTimeoutAsync 1000.0f)
    expect (range () <> before) $"a drag zooms: %s{before} → %s{range ()}"

let saved (page: IPage) =
    let folder = Directory.CreateTempSubdirectory("ntk-saved-").FullName

    for kind, isSound in
        [
            "csv", fun (content: string) -> content.Contains "series,x,y" && content.Split('\n').Length > 2
            "svg", fun (content: string) -> content.Contains "<svg" && content.TrimEnd().EndsWith "</svg>"
        ] do
        let buttons = page.Locator $"button[data-save=%s{kind}]"
        let count = wait (buttons.CountAsync())
        let mutable sound = 0

        for k in 0 .. count - 1 do
            let button = buttons.Nth k
            await (button.ScrollIntoViewIfNeededAsync())
            // At a person's pace: a link that is followed while the one before it is still being fetched takes its place.
            await (page.WaitForTimeoutAsync 250.0f)
            let download = wait (page.RunAndWaitForDownloadAsync(fun () -> button.ClickAsync()))
            let file = Path.Combine(folder, $"%d{k}.%s{kind}")
            await (download.SaveAsAsync file)

            if download.SuggestedFilename.EndsWith("." + kind) && isSound (File.ReadAllText file) then
                sound <- sound + 1

        expect (count > 0 && sound = count) $"%d{sound} of %d{count} figures are saved as %s{kind}"

    Directory.Delete(folder, true)

let followed (page: IPage) =
    let colours () =
        text
            page
            "getComputedStyle(document.body).backgroundColor + ' ' + getComputedStyle(document.querySelector('.chart.drawn .xtick text, .chart.drawn .xaxislayer-above text')).fill"

    let light = colours ()
    await (page.EmulateMediaAsync(PageEmulateMediaOptions(ColorScheme = Nullable ColorScheme.Dark)))
    await (page.WaitForTimeoutAsync 2000.0f)
    let dark = colours ()

    expect
        (dark.Split(' ')[0] <> light.Split(' ')[0] && dark <> light)
        $"the page follows a change to the dark scheme: %s{light} → %s{dark}"

let printed (page: IPage) =
    let pdf = wait (page.PdfAsync(PagePdfOptions(Format = "A4", PrintBackground = true)))
    expect (pdf.Length > 20_000) $"it prints: %d{pdf.Length / 1000} kB of PDF"
    await (page.EmulateMediaAsync(PageEmulateMediaOptions(Media = Nullable Media.Print)))

    let visible =
        number
            page
            "Array.from(document.querySelectorAll('button[data-save], .modebar')).filter(b => b.getClientRects().length && getComputedStyle(b).visibility !== 'hidden' && b.offsetHeight > 0).length"

    expect (visible = 0.0) $"%g{visible} toolbar buttons are printed"

    let orphans =
        text
            page
            "Array.from(document.querySelectorAll('main h2, main h3, main h4')).filter(h => !['avoid','avoid-page'].includes(getComputedStyle(h).breakAfter)).map(h => h.textContent).join('; ')"

    expect (orphans = "") $"no heading may stand alone at a page's end %s{orphans}"

    let torn =
        number
            page
            "Array.from(document.querySelectorAll('figure')).filter(f => !['avoid','avoid-page'].includes(getComputedStyle(f).breakInside)).length"

    expect (torn = 0.0) $"%g{torn} figures may be torn between pages"

/// Texts and names of the data hold elements that set `hurt`.
let harmless (page: IPage) =
    expect (holds page "document.documentElement.outerHTML.includes('hurt')") "the page speaks of such data"
    expect (holds page "window.hurt === undefined") "a script in a text has not run"

    let strange =
        number
            page
            "Array.from(document.querySelectorAll('script, img, iframe')).filter(e => e.outerHTML.includes('hurt') && e.type !== 'application/json').length"

    expect (strange = 0.0) $"%g{strange} elements were made of texts"

let wide, complaints = drawn 1400 ColorScheme.Light
sorted wide
zoomed wide
saved wide
harmless wide
followed wide
let narrow, others = drawn 420 ColorScheme.Light
let dark, rest = drawn 1400 ColorScheme.Dark
printed dark
let all = Seq.concat [ complaints; others; rest ] |> Seq.distinct |> List.ofSeq
expect all.IsEmpty $"""no error in the console, nothing asked of a network %s{String.concat "; " all}"""
await (browser.CloseAsync())
playwright.Dispose()
printfn $"browser: %d{failures.Count} wrong"
exit (min 1 failures.Count)
