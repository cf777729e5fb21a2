module NtkPipeline.Benchmarks.Main

open BenchmarkDotNet.Running

[<EntryPoint>]
let main argv =
    match argv with
    | [| "ratios" |] -> Ratios.run false
    | [| "ratios"; "small" |] -> Ratios.run true
    | _ ->
        BenchmarkSwitcher.FromAssembly(System.Reflection.Assembly.GetExecutingAssembly()).Run argv |> ignore

    0
