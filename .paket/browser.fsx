/// A report in a real browser: tests/browser/report.fsx on a report of texts, and of a folder, whose names and words are elements that mean harm.
module Browser

open System.IO
open Restore

let private harm = "<script>window.hurt = 1</script>"
let private name = "<img src=x onerror=window.hurt=1>"

/// The sample, with rows at its end whose every field does harm where it is taken for more than text.
let private write (folder: string) : unit =
    Directory.CreateDirectory folder |> ignore
    let sample = File.ReadAllText(at "data/sample/train.csv").TrimEnd()

    let rows = [
        for k in 1..40 -> $"%d{900000 + k},%s{name},%s{harm},%s{harm} %s{name} fire number %d{k},%d{k % 2}"
    ]

    File.WriteAllText(Path.Combine(folder, "train.csv"), String.concat "\n" (sample :: rows) + "\n")

/// The exit code is 0 where everything holds.
let browser () : int =
    let folder = Directory.CreateTempSubdirectory("ntk-browser-").FullName
    let data, results = Path.Combine(folder, name), Path.Combine(folder, "results")
    write data

    let settings =
        [
            "embed.encoder=lsa"
            "experiments=widths"
            "train.widths=16,64"
            "train.seeds=1"
            "train.epochs=3"
            "train.larger-rate-widths=16"
        ]
        |> List.collect (fun setting -> [ "--set"; setting ])

    let places = [
        "--data"
        data
        "--store"
        Path.Combine(folder, "store")
        "--out"
        results
        "--quiet"
    ]

    step (at "src/NtkPipeline.Host/bin/Release/ntk.dll" :: "run" :: places @ settings)
    let report = Path.Combine(results, "report.html")
    let code = dotnet false root [ "fsi"; at "tests/browser/report.fsx"; report ]

    if code = 0 then
        Directory.Delete(folder, true)
    else
        say $"browser: %s{folder} is left to look at"

    code
