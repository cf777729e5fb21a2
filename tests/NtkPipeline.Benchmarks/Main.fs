module NtkPipeline.Benchmarks.Main

open BenchmarkDotNet.Running

[<EntryPoint>]
let main argv =
    match List.ofArray argv with
    | "ratios" :: rest -> Ratios.run rest
    | _ ->
        BenchmarkSwitcher.FromAssembly(System.Reflection.Assembly.GetExecutingAssembly()).Run argv |> ignore
        0
