/// The API reference and the guides as pages that need no server, by fsdocs, and a check that no link among them is broken.
module Docs

open System
open System.IO
open System.Net
open System.Text.RegularExpressions
open Restore

let private version = "22.2.0"
/// Ignored by git, as all that is made here.
let private output = at ".build/docs"
/// Stands for the folder of all pages until each page has its own way there.
let private marker = "/ntk-root/"

let private make () : unit =
    if Directory.Exists output then
        Directory.Delete(output, true)

    // fsdocs looks for LICENSE, README and the like where it stands; projects that are named need no solution.
    quietStep (
        [
            "tool"
            "exec"
            $"fsdocs-tool@%s{version}"
            "--yes"
            "--"
            "build"
            "--clean"
            "--strict"
            "--ignoreuncategorized"
        ]
        @ [ "--input"; at "src/docs"; "--output"; output ]
        @ [
            "--projects"
            at "src/NtkPipeline.Core/NtkPipeline.Core.fsproj"
            at "src/NtkPipeline.Runtime/NtkPipeline.Runtime.fsproj"
        ]
        @ [ "--properties"; "Configuration=Release" ]
        @ [
            "--parameters"
            "root"
            marker
            "fsdocs-collection-name"
            "NtkPipeline"
            "fsdocs-logo-link"
            marker + "index.html"
        ]
    )

let private pages () = Directory.GetFiles(output, "*.html", SearchOption.AllDirectories) |> Array.sort

/// From a page to the folder of all pages: "" or "../" as often as it lies deeper.
let private up (page: string) : string =
    let deep = Path.GetRelativePath(output, page).Split([| '/'; '\\' |]).Length - 1
    String.replicate deep "../"

/// What fsdocs' own frame links to and we have not: a logo, a repository's address, release notes.
let private frame =
    [
        """<li class="(?:license|release-notes|repository)-menu-item.*?</li>"""
        """<a href="\{\{fsdocs-repository-link\}\}".*?</a>"""
        """<img alt="Logo"[^>]*>"""
        """<link href="[^"]*favicon[^>]*>"""
    ]
    |> String.concat "|"

let private relate () : unit =
    for file in Seq.append (pages ()) (Directory.GetFiles(output, "*.js", SearchOption.AllDirectories)) do
        let text = File.ReadAllText file

        let own = Regex.Replace(text, frame, "", RegexOptions.Singleline).Replace(marker, up file)

        if own <> text then
            File.WriteAllText(file, own)

let private found (pattern: string) (text: string) : string list =
    Regex.Matches(text, pattern)
    |> Seq.map (fun m -> WebUtility.HtmlDecode m.Groups[1].Value)
    |> List.ofSeq

/// What a page links to and is not there.
let private broken (idsOf: string -> Set<string>) (page: string) : string list =
    File.ReadAllText page
    |> found "(?:href|src)=\"([^\"]*)\""
    |> List.distinct
    |> List.filter (fun link -> not (Regex.IsMatch(link, "^([a-z]+:|//)")))
    |> List.choose (fun link ->
        let parts = link.Split('#', 2)
        let path = Uri.UnescapeDataString(parts[0].Split('?')[0])

        let file =
            if path = "" then
                page
            else
                Path.GetFullPath(Path.Combine(Path.GetDirectoryName page, path))

        if not (File.Exists file) then
            Some $"%s{Path.GetRelativePath(output, page)}: %s{link} is not there"
        elif
            parts.Length = 2
            && parts[1] <> ""
            && file.EndsWith ".html"
            && not ((idsOf file).Contains(Uri.UnescapeDataString parts[1]))
        then
            Some $"%s{Path.GetRelativePath(output, page)}: %s{link}: the page has no such place"
        else
            None)

/// The exit code is 0 where every link among the pages leads somewhere.
let docs () : int =
    make ()
    relate ()
    let known = Collections.Generic.Dictionary<string, Set<string>>()

    let idsOf (file: string) =
        match known.TryGetValue file with
        | true, ids -> ids
        | false, _ ->
            known[file] <- File.ReadAllText file |> found "(?:id|name)=\"([^\"]*)\"" |> Set.ofList
            known[file]

    let all = pages ()
    let guides = Directory.GetFiles(at "src/docs", "*.md").Length
    let mistakes = all |> List.ofArray |> List.collect (broken idsOf)

    for mistake in List.truncate 30 mistakes do
        say $"docs: %s{mistake}"

    // A reference that found no project has a page for each guide and one more.
    if all.Length < guides + 20 then
        say $"docs: only %d{all.Length} pages, so the reference is not there"
        1
    else
        say $"docs: %d{all.Length} pages, %d{mistakes.Length} broken links: %s{output}/index.html"
        min 1 mistakes.Length
