/// The table of packages: no package without its reason, its licence and its place.
module NtkPipeline.Tests.PackagesTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto

/// Package, what for, licence, where.
let private rows =
    lazy
        (File.ReadAllLines(Clone.path "src/PACKAGES.md")
         |> Array.filter _.StartsWith("| ")
         |> Array.map (fun line -> line.Trim('|').Split '|' |> Array.map _.Trim())
         |> Array.skip 1
         |> List.ofArray)

let private named (pattern: string) file =
    Regex.Matches(File.ReadAllText(Clone.path file), pattern, RegexOptions.Multiline)
    |> Seq.map (fun found -> found.Groups[1].Value, found.Groups[2].Value)
    |> Seq.distinct
    |> List.ofSeq

let private asked =
    lazy
        (named @"^\s*nuget (\S+) (\S+)" "paket.dependencies"
         @ named "<ModelPackage Include=\"(.+?)\" Version=\"(.+?)\"" "src/Models.targets")

/// The licence that a package says itself, where this machine has it and it says one by its short name.
let private stated (name: string, version: string) =
    let home = Environment.GetFolderPath Environment.SpecialFolder.UserProfile
    let id = name.ToLowerInvariant()
    let file = Path.Combine(home, ".nuget", "packages", id, version, $"%s{id}.nuspec")

    if File.Exists file then
        let found = Regex.Match(File.ReadAllText file, "<license type=\"expression\">(.+?)<")
        if found.Success then Some found.Groups[1].Value else None
    else
        None

let tests =
    testList "packages" [
        testCase "each that is named has a row, once, and no row is of another"
        <| fun () ->
            Expect.isGreaterThan asked.Value.Length 25 "the packages were found"

            Expect.equal
                (rows.Value |> List.map Array.head |> List.sort)
                (asked.Value |> List.map fst |> List.sort)
                "src/PACKAGES.md against paket.dependencies and src/Models.targets"

        testCase "each row says why, the licence and where"
        <| fun () ->
            for row in rows.Value do
                Expect.equal row.Length 4 row[0]
                Expect.all row (fun cell -> cell.Length > 2) row[0]

        testCase "the licence is the one that the package itself states"
        <| fun () ->
            let mutable compared = 0

            for package in asked.Value do
                match stated package with
                | Some licence ->
                    let row = rows.Value |> List.find (fun row -> row[0] = fst package)
                    Expect.stringStarts row[2] licence (fst package)
                    compared <- compared + 1
                | None -> ()

            Expect.isGreaterThan compared 15 "packages lie in NuGet's own folder"

        testCase "each is referred to by the project that its row names"
        <| fun () ->
            for project in [ "Core"; "Runtime"; "Host"; "Cluster" ] do
                let references = File.ReadAllLines(Clone.path $"src/NtkPipeline.%s{project}/paket.references")

                for name, _ in named @"^\s*nuget (\S+) (\S+)" "paket.dependencies" do
                    let row = rows.Value |> List.find (fun row -> row[0] = name)
                    let says = row[3].Split(", ") |> Array.contains project
                    Expect.equal says (Array.contains name references) $"%s{name} in %s{project}"
    ]
