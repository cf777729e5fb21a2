namespace NtkPipeline.Runtime

open FsToolkit.ErrorHandling
open NtkPipeline.Core

/// Texts of NumPy files: an array of texts × places × features, and a mask of texts × places that says which places hold a token.
[<RequireQualifiedAccess>]
module NpyTexts =

    /// Whether a file holds an array of three dimensions.
    let isTexts (path: string) : Result<bool, PipelineError> =
        NpyRows.guard path (fun () ->
            // What is no such file is refused where it is read.
            match
                ArrayFile.openRead path
                |> Result.bind (fun opened ->
                    use file = opened
                    Npy.readLayoutUpTo 3 file)
            with
            | Ok layout -> Ok(layout.Dimensions = 3)
            | Error _ -> Ok false)

    let private refuse (path: string) (clause: string) = Error(DataRefused $"%s{path}: %s{clause}.")

    /// The texts, read when they are wanted; `mask` names the mask's file, without which every place holds a token.
    let openAt (path: string) (mask: string option) : Result<TextSource, PipelineError> =
        result {
            let! layout = NpyRows.layoutUpTo 3 path

            let! places, features =
                match layout.Sizes with
                | [ _; places; features ] -> Ok(places, features)
                | sizes ->
                    let shape = sizes |> List.map string |> String.concat " × "

                    refuse
                        path
                        $"its shape is %s{shape}; a network over tokens needs texts × places × features"

            do!
                if places > 0 && features > 0 then
                    Ok()
                else
                    refuse path "its texts have no places or no features"

            let! mask = mask |> Option.map SourceFile.readNpy64 |> Option.sequenceResult
            let! rows = NpyRows.doubles path layout
            return! TextSource.create path places features rows mask
        }
