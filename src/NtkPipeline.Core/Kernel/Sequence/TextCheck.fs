namespace NtkPipeline.Core

open FsToolkit.ErrorHandling

/// Whether texts are such that a network has a kernel of them.
[<RequireQualifiedAccess>]
module TextCheck =

    let private refuse reason = Error(NumbersRefused $"kernel: %s{reason}")

    /// Whether the texts must be of one length.
    let hasFlatten (network: Network) = network.Layers |> List.contains (Tokens TokenLayer.Flatten)

    let private checkFlatten (network: Network) (x: TextSource) xs (z: (TextSource * _) option) =
        if hasFlatten network then
            let places =
                xs
                |> Array.tryHead
                |> Option.map (fun (struct (length: int, _: bool)) -> length)
                |> Option.defaultValue 0

            TextSource.checkAlike x xs places
            |> Result.bind (fun () ->
                match z with
                | Some(z, zs) -> TextSource.checkAlike z zs places
                | None -> Ok())
        else
            Ok()

    /// How many tokens each text has, of texts that this network has a kernel of; why not, if not.
    let lengths (network: Network) (x: TextSource) (z: TextSource option) =
        result {
            do!
                match z with
                | Some z when z.Features <> x.Features ->
                    refuse
                        $"%s{x.Name} has %d{x.Features} features a token and %s{z.Name} %d{z.Features}; a kernel needs equal ones"
                | _ -> Ok()

            do!
                // A pair of texts of so many places is one array.
                if
                    pown (float (max x.Places (defaultArg z x).Places) + 1024.0) 2 >
                        float System.Array.MaxLength
                then
                    refuse
                        $"texts of %d{max x.Places (defaultArg z x).Places} places are too long: a pair of them has more entries than one array holds"
                else
                    Ok()

            let! xs = TextSource.lengths x
            let! zs = z |> Option.map TextSource.lengths |> Option.sequenceResult
            do! checkFlatten network x xs (Option.map2 (fun z zs -> z, zs) z zs)
            return xs, zs
        }
