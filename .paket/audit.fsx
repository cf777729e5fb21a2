/// What NuGet's sources know against the packages of paket.lock.
module Audit

open System
open System.Diagnostics
open System.Text.Json
open Restore

/// All objects of a JSON text that have this property.
let rec having (name: string) (element: JsonElement) : JsonElement list =
    match element.ValueKind with
    | JsonValueKind.Object -> [
        if fst (element.TryGetProperty name) then
            element
        for property in element.EnumerateObject() do
            yield! having name property.Value
      ]
    | JsonValueKind.Array -> [
        for item in element.EnumerateArray() do
            yield! having name item
      ]
    | _ -> []

/// What `dotnet list package --vulnerable` prints of a project or solution as JSON; none where it cannot be asked.
let listed (project: string) : JsonElement option =
    let words = [
        "list"
        at project
        "package"
        "--vulnerable"
        "--include-transitive"
        "--format"
        "json"
    ]

    let info =
        ProcessStartInfo(
            "dotnet",
            words,
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    info.Environment["NUGET_PACKAGES"] <- packages
    info.Environment["DOTNET_NOLOGO"] <- "1"
    info.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] <- "1"
    use asked = start info
    let output, said = asked.StandardOutput.ReadToEndAsync(), asked.StandardError.ReadToEndAsync()

    // A source that does not answer is no reason to wait for ever.
    if not (asked.WaitForExit(TimeSpan.FromMinutes 5.0)) then
        asked.Kill true
        asked.WaitForExit()

    said.Wait()
    let text = output.Result

    match text.IndexOf '{' with
    | start when start >= 0 && asked.ExitCode = 0 ->
        use document = JsonDocument.Parse text[start..]
        Some(document.RootElement.Clone())
    | _ -> None

/// A line for each package with an advisory.
let advisories (answer: JsonElement) : string list =
    [
        for package in having "vulnerabilities" answer do
            for known in package.GetProperty("vulnerabilities").EnumerateArray() do
                let text (element: JsonElement) (name: string) = element.GetProperty(name).GetString()

                $"""%s{text package "id"} %s{text package "resolvedVersion"}: %s{text known "severity"}, %s{text known "advisoryurl"}"""
    ]
    |> List.distinct

/// Names every package that an advisory is out against, and fails then. Where the sources name no advisories it says so, and fails for
/// nothing.
let audit _ =
    restore ()
    let canary = ".paket/audit.proj"
    let isServed = dotnet true root [ "restore"; canary; "--verbosity"; "quiet" ] = 0
    let speaks = isServed && listed canary |> Option.exists (advisories >> List.isEmpty >> not)

    if not speaks then
        say
            "the sources of this machine's NuGet name no advisories, not even a well-known one, so packages were not checked against any"

        0
    else
        match listed "NtkPipeline.sln" with
        | None ->
            say "the sources of this machine's NuGet do not answer, so packages were not checked"
            0
        | Some answer ->
            match advisories answer with
            | [] ->
                say "no advisory is out against any package of paket.lock"
                0
            | found ->
                found |> List.iter (fun line -> say $"advisory: %s{line}")
                1
