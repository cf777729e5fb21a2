/// Where the tests find the files of the clone they were built in.
module NtkPipeline.Tests.Clone

open System
open System.IO

/// The nearest folder upwards that holds the solution.
let root =
    let rec find (folder: string) =
        if File.Exists(Path.Combine(folder, "NtkPipeline.sln")) then
            folder
        else
            match Path.GetDirectoryName folder with
            | null ->
                failwith
                    $"%s{AppContext.BaseDirectory} lies in no clone: no folder above it holds NtkPipeline.sln"
            | above -> find above

    find AppContext.BaseDirectory

/// A file of the clone.
let path (relative: string) = Path.Combine(root, relative)

/// A file of the real data or fixtures, which the project neither ships nor needs: only where NTK_SHARED names their folder.
let shared (relative: string) : string option =
    match Environment.GetEnvironmentVariable "NTK_SHARED" with
    | null
    | "" -> None
    | folder -> Some(Path.Combine(folder, relative)) |> Option.filter File.Exists
