/// How much is to be attacked: little in every run of the tests, more where somebody asks for it (`dotnet fsi build.fsx torture`).
module NtkPipeline.Tests.Asked

open System

/// So many of everything that somebody asks for.
let count: int option =
    match Environment.GetEnvironmentVariable "NTK_TORTURE" |> Int32.TryParse with
    | true, count when count > 0 -> Some count
    | _ -> None

let orElse (few: int) : int = defaultArg count few
