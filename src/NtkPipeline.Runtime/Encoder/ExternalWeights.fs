namespace NtkPipeline.Runtime

open System
open System.IO
open System.Text
open NtkPipeline.Core

/// An ONNX graph may keep its weights in files beside it, which it names. They are as much the model as the graph is.
[<RequireQualifiedAccess>]
module internal ExternalWeights =

    /// Endings of what is no weights.
    let private others = [ ".txt"; ".json"; ".md"; ".part"; ".tmp"; ".unpacking" ]

    /// Which of these texts a file's bytes hold.
    let private held (path: string) (texts: string[]) =
        let wanted = texts |> Array.map (fun text -> text, Encoding.UTF8.GetBytes text)
        let overlap = wanted |> Array.map (snd >> Array.length) |> Array.max
        let buffer = Array.zeroCreate<byte>(overlap + (1 <<< 20))
        use file = File.OpenRead path

        let rec next kept found =
            match file.Read(buffer, kept, buffer.Length - kept) with
            | 0 -> found
            | count ->
                let filled = kept + count

                let here =
                    wanted
                    |> Array.filter (fun (_, bytes) ->
                        buffer.AsSpan(0, filled).IndexOf(ReadOnlySpan bytes) >= 0)
                    |> Array.map fst

                let keep = min filled overlap
                Array.Copy(buffer, filled - keep, buffer, 0, keep)
                next keep (Set.union found (Set.ofArray here))

        next 0 Set.empty

    /// The files beside a model whose names its bytes hold, in order, each with its digest.
    let digests (model: string) : Result<string list, PipelineError> =
        let folder = nonNull (Path.GetDirectoryName(Path.GetFullPath model))

        let beside =
            Directory.GetFiles folder
            |> Array.map (fun path -> nonNull (Path.GetFileName path))
            |> Array.filter (fun name ->
                name <> nonNull (Path.GetFileName model)
                && not (List.exists (fun (ending: string) -> name.EndsWith ending) others))

        let named = if beside.Length = 0 then Set.empty else held model beside

        (Ok [], Set.toList named)
        ||> List.fold (fun before name ->
            before
            |> Result.bind (fun digests ->
                SourceFile.digest (Path.Combine(folder, name))
                |> Result.map (fun digest -> digests @ [ name; digest.Hex ])))
