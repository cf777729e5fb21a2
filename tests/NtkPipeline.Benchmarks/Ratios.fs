/// The measurements of `ntk bench`, without the program.
module NtkPipeline.Benchmarks.Ratios

open System
open NtkPipeline.Runtime

/// `ratios [NAME …] [ROWS]`: all that run unasked, or those named, at the rows their aims are stated for unless told otherwise.
/// Gives the exit code.
let run (arguments: string list) : int =
    let rows, names = arguments |> List.partition (Seq.forall Char.IsAsciiDigit)

    match Ratios.choose names with
    | Error unknown ->
        unknown |> List.iter (eprintfn "%s")
        2
    | Ok chosen ->
        LibTorch.useThreads 0
        printfn $"%s{BenchMachine.print (BenchMachine.measure ())}"

        for measurement in chosen do
            match measurement.Run(rows |> List.tryHead |> Option.map int) with
            | Ok ratios -> ratios |> List.iter (Ratio.print >> printfn "%s")
            | Error reason -> printfn $"%s{measurement.Name}: %s{reason}"

        0
