/// The tour in src/explore.fsx as a notebook, src/explore.ipynb, and that notebook run from its first cell to its last, by nobody.
module Notebook

open System
open System.Diagnostics
open System.IO
open System.Text.Encodings.Web
open System.Text.Json
open System.Text.Json.Nodes
open System.Text.RegularExpressions
open Restore

let private source = at "src/explore.fsx"
/// Made here, and ignored by git.
let private notebook = at "src/explore.ipynb"

type private Cell =
    | Words of string
    | Code of string

/// A comment that begins a line is a cell of words; what stands between two of them, one of code.
let private cells (text: string) : Cell list = [
    for part in
        Regex.Split(text, @"(?m)^(\(\*.*?\*\))\s*$", RegexOptions.Singleline ||| RegexOptions.Multiline) do
        match part.Trim() with
        | "" -> ()
        | comment when comment.StartsWith "(*" -> Words(comment[2 .. comment.Length - 3].Trim())
        | code -> Code code
]

/// Charts stand below their cells.
let private shown =
    "Exploration.shown <- Some(fun chart -> Microsoft.DotNet.Interactive.Kernel.HTML(GenericChart.toEmbeddedHTML chart) |> Microsoft.DotNet.Interactive.Kernel.display |> ignore)"

let private lines (text: string) : JsonNode =
    let lines = JsonArray()
    let parts = text.Split '\n'

    for k in 0 .. parts.Length - 1 do
        lines.Add(JsonValue.Create(if k = parts.Length - 1 then parts[k] else parts[k] + "\n"))

    lines

let private json (cell: Cell) : JsonNode =
    let fields =
        match cell with
        | Words text -> [
            "cell_type", JsonValue.Create "markdown" :> JsonNode
            "metadata", JsonObject()
            "source", lines text
          ]
        | Code text -> [
            "cell_type", JsonValue.Create "code"
            "execution_count", null
            "metadata",
            JsonNode.Parse
                """{"polyglot_notebook":{"kernelName":"fsharp"},"dotnet_interactive":{"language":"fsharp"}}"""
            "outputs", JsonArray()
            "source", lines text
          ]

    JsonObject(dict fields)

let write () : unit =
    let all = JsonArray()

    let found =
        match cells (File.ReadAllText source) with
        | words :: Code first :: rest -> words :: Code(first + "\n" + shown) :: rest
        | other -> other

    for cell in found do
        all.Add(json cell)

    let whole =
        JsonObject(
            dict [
                "cells", all :> JsonNode
                "metadata",
                JsonNode.Parse
                    """{"kernelspec":{"display_name":".NET (F#)","language":"F#","name":".net-fsharp"},"language_info":{"name":"polyglot-notebook"}}"""
                "nbformat", JsonValue.Create 4
                "nbformat_minor", JsonValue.Create 5
            ]
        )

    File.WriteAllText(
        notebook,
        whole.ToJsonString(
            JsonSerializerOptions(WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping)
        )
    )

// ---- running it ----

let private name, version = "dotnet-repl", "0.3.259"

/// A copy of the tool that runs notebooks, with the FSharp.Core of paket.lock, since it comes with an earlier one.
let private repl () : string =
    let copy = at $".build/%s{name}-%s{version}"
    let program = Path.Combine(copy, $"%s{name}.dll")

    if not (File.Exists program) then
        quietStep [ "tool"; "exec"; $"%s{name}@%s{version}"; "--yes"; "--"; "--version" ]

        let kept = Path.Combine(packages, name, version, "tools")

        let folder =
            Path.GetDirectoryName(Directory.GetFiles(kept, $"%s{name}.dll", SearchOption.AllDirectories)[0])

        for file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories) do
            let target = Path.Combine(copy, Path.GetRelativePath(folder, file))
            Directory.CreateDirectory(Path.GetDirectoryName target) |> ignore
            File.Copy(file, target, true)

        let core =
            Regex.Match(File.ReadAllText(at "paket.lock"), @"(?m)^ {4}FSharp\.Core \((.+?)\)").Groups[1].Value

        File.Copy(
            Path.Combine(packages, "fsharp.core", core, "lib", "netstandard2.1", "FSharp.Core.dll"),
            Path.Combine(copy, "FSharp.Core.dll"),
            true
        )

    program

/// Every text in a tree of JSON.
let rec private texts (node: JsonNode) : string list =
    match node with
    | :? JsonObject as fields -> [
        for field in fields do
            yield! texts field.Value
      ]
    | :? JsonArray as items -> [
        for item in items do
            yield! texts item
      ]
    | :? JsonValue as value -> [ value.ToString() ]
    | _ -> []

/// Runs every cell; the exit code is 0 where none failed, and as many charts as the tour draws stand in what came out, with what draws them.
let run () : int =
    write ()
    let result = at ".build/explore.ipynb"
    Directory.CreateDirectory(Path.GetDirectoryName result) |> ignore

    let how = "--exit-after-run --default-kernel fsharp --output-format ipynb".Split ' '
    let where = [| "--working-dir"; at "src"; "--output-path"; result |]
    let info = ProcessStartInfo("dotnet", Array.concat [ [| repl (); "--run"; notebook |]; how; where ])
    info.WorkingDirectory <- at "src"
    info.RedirectStandardOutput <- true
    use started = start info
    let said = started.StandardOutput.ReadToEnd()
    started.WaitForExit()

    let outputs = [
        for cell in (JsonNode.Parse(File.ReadAllText result)["cells"]).AsArray() do
            match cell["outputs"] with
            | null -> ()
            | found -> yield! found.AsArray()
    ]

    let errors = outputs |> List.filter (fun output -> string output["output_type"] = "error")
    let wanted = Regex.Matches(File.ReadAllText source, "\\|> show ").Count

    let charts =
        outputs
        |> List.filter (
            texts >> List.exists (fun text -> text.Contains "Plotly.newPlot" && text.Length > 1_000_000)
        )

    for error in errors do
        say $"""notebook: %O{error["evalue"]}"""

    if started.ExitCode = 0 && errors.IsEmpty && charts.Length = wanted then
        say
            $"notebook: %d{outputs.Length} outputs, %d{wanted} charts that need no network, no error; it is src/explore.ipynb"

        0
    else
        printf $"%s{said}"

        say
            $"notebook: exit code %d{started.ExitCode}, %d{errors.Length} errors, %d{charts.Length} charts of %d{wanted}"

        1
