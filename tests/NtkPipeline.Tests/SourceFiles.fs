/// The clone's source files, as the tests of its architecture read them.
module NtkPipeline.Tests.SourceFiles

open System.IO
open System.Text.RegularExpressions
open Expecto

let sources folder pattern =
    Directory.GetFiles(Clone.path folder, pattern, SearchOption.AllDirectories)
    |> Array.filter (fun path -> not (Regex.IsMatch(path, @"[\\/](obj|bin)[\\/]")))

/// Code without comments: a word in a comment breaks no rule.
let code path = File.ReadAllLines path |> Array.map (fun line -> Regex.Replace(line, @"//.*$", ""))

let uses (pattern: string) (path: string) =
    code path
    |> Array.indexed
    |> Array.filter (fun (_, line) -> Regex.IsMatch(line, pattern))
    |> Array.map (fun (k, line) -> $"%s{Path.GetRelativePath(Clone.root, path)}(%d{k + 1}): %s{line.Trim()}")

let expectNone pattern paths =
    Expect.isEmpty (paths |> Array.collect (uses pattern)) $"nothing may use %s{pattern}"

/// What people write: by its path in the clone, with its lines.
let written () =
    Array.concat [
        [| Clone.path "build.fsx" |]
        Directory.GetFiles(Clone.path ".paket", "*.fsx")
        for folder in [ "src"; "tests" ] do
            for pattern in [ "*.fs"; "*.cs"; "*.fsx" ] do
                sources folder pattern
    ]
    |> Array.map (fun path ->
        Path.GetRelativePath(Clone.root, path).Replace('\\', '/'), (File.ReadAllLines path).Length)
