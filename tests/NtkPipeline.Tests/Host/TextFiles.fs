/// Texts and their masks as files.
module NtkPipeline.Tests.TextFiles

open System.IO
open NtkPipeline.Core

let places, features, count = 5, 3, 4

let shaped (folder: string) (name: string) (sizes: int list) (values: float[]) =
    let path = Path.Combine(folder, name)
    use file = File.Create path
    Npy.writeShaped file (Array.ofList sizes) values
    path

/// Texts and their mask, as files.
let texts folder name seed =
    let values, valid = TextSamples.texts seed count places features
    let mask = valid |> Array.map (fun isThere -> if isThere then 1.0 else 0.0)

    shaped folder $"%s{name}.npy" [ count; places; features ] values,
    shaped folder $"%s{name}-mask.npy" [ count; places ] mask,
    TextSamples.source name count places features (values, valid)
